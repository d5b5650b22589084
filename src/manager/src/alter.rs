//! Change the size of a machine.

use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::Slot;
use im_domain::{InfId, VmId};
use im_operations::boundary::{Boundary, pass};
use im_radl::Radl;
use im_store::{IntentAction, IntentState, OperationKind, OperationState};

use crate::access::{Verb, live_vm};
use crate::detached::turn;
use crate::journal::commit;
use crate::reach::Reach;
use crate::tosca::Purpose;
use crate::{Document, Error, ErrorKind, Manager, VmView, power, vm_state};

impl Manager {
    /// Changes CPU, memory or disks of a machine to what the document's system of the same name asks for; answers the
    /// machine as it is afterwards.
    #[tracing::instrument(target = "im_trace", name = "manager.alter", skip_all, fields(inf.id = %id))]
    pub async fn alter(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
        document: Document,
    ) -> Result<VmView, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let infrastructure = slot.read().await?;
        let vm = live_vm(&infrastructure, vm)?.id;
        // Only read: a document that asks for a size need not be one that could be deployed.
        let purpose = Purpose::Describe(&infrastructure);
        let wanted = self.posted(&caller, document, purpose).await?.radl;
        let manager = self.clone();
        let work = async move { manager.resize(&slot, &caller, vm, &wanted).await };
        self.detached("alter", id, work).await
    }

    async fn resize(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        vm: VmId,
        wanted: &Radl,
    ) -> Result<VmView, Error> {
        let (_turn, infrastructure) = turn(slot, "alter").await?;
        let machine = live_vm(&infrastructure, &vm.to_string())?;
        let system = machine.info.first_system().map(|system| &*system.id);
        let system = system.unwrap_or_default();
        if wanted.system(system).is_none_or(|wanted| wanted.reference) {
            return Err(Error::invalid(format!(
                "Incorrect RADL no system with name {system} provided."
            )));
        }
        let machine = Reach::of(&self.inner.registry, caller).machine(slot.id(), machine)?;
        let operation = self.operation(OperationKind::Alter, slot.id(), caller);
        let names = self.names().await?;
        self.commit_first(slot, |entry| {
            power::begin(entry, &names, &operation, IntentAction::Alter, &[vm]);
            Ok::<(), Error>(())
        })
        .await?;
        pass(Boundary::AfterIntentCommit, IntentAction::Alter).await;
        if !self.gate(slot, IntentAction::Alter).await {
            let message = "The service cannot do it now. The machine was not changed.";
            return Err(Error::new(ErrorKind::Unavailable, message));
        }
        let altered = machine.connector.alter(&machine.target, wanted).await;
        pass(Boundary::AfterCall, IntentAction::Alter).await;
        let observed = match altered {
            Ok(observed) => observed,
            Err(error) => {
                commit(slot, |entry| {
                    let reason = &*error.message;
                    entry.mark(vm, IntentAction::Alter, IntentState::Failed, reason);
                    entry.end(operation.id, OperationState::Failed, Some(reason));
                    Ok::<(), Error>(())
                })
                .await?;
                return Err(error.into());
            }
        };
        let now = self.inner.clock.epoch_seconds();
        pass(Boundary::BeforeConfirm, IntentAction::Alter).await;
        commit(slot, |entry| {
            entry.mark(vm, IntentAction::Alter, IntentState::Applied, "");
            entry.end(operation.id, OperationState::Done, None);
            let infrastructure = &mut *entry.infrastructure;
            let vm = infrastructure.vm_mut(vm).ok_or_else(Error::vm_not_found)?;
            vm.info = observed.radl;
            vm_state::set(vm, vm_state::settled(observed.state, vm.configured));
            vm.last_update = now;
            Ok::<_, Error>(())
        })
        .await?;
        pass(Boundary::AfterConfirm, IntentAction::Alter).await;
        live_vm(&slot.snapshot(), &vm.to_string()).map(VmView::whole)
    }
}
