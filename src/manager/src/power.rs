//! Stop, start and restart machines.

use std::sync::Arc;

use futures::{StreamExt, stream};
use im_auth::{Caller, Credentials};
use im_cluster::Slot;
use im_connectors::ConnectorError;
use im_domain::{InfId, Vm, VmId, VmState};

use crate::access::{Verb, live_vm};
use crate::detached::turn;
use crate::reach::{Reach, Reached};
use crate::{Error, InfrastructureOperation, Manager, VmOperation};

/// Machines that are stopped or started at a time.
const AT_A_TIME: usize = 16;

impl Manager {
    /// Stops or starts all machines of an infrastructure. Every one is tried; the error tells of all that failed.
    pub async fn operate(
        &self,
        credentials: &Credentials,
        id: &InfId,
        operation: InfrastructureOperation,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let operation = match operation {
            InfrastructureOperation::Stop => VmOperation::Stop,
            InfrastructureOperation::Start => VmOperation::Start,
        };
        let manager = self.clone();
        let work = async move {
            let (_turn, infrastructure) = turn(&slot, operation.word()).await?;
            let machines: Vec<_> = infrastructure
                .live_vms()
                .filter(|vm| vm.cloud_vm_id.is_some())
                .cloned()
                .collect();
            manager.power(&slot, &caller, &machines, operation).await
        };
        self.detached(operation.word(), id, work).await
    }

    /// Stops, starts or restarts one machine; `vm` as the client wrote it.
    pub async fn operate_vm(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
        operation: VmOperation,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let vm = live_vm(&slot.snapshot(), vm)?.id;
        let manager = self.clone();
        let work = async move {
            let (_turn, infrastructure) = turn(&slot, operation.word()).await?;
            let machine = Arc::clone(live_vm(&infrastructure, &vm.to_string())?);
            if machine.cloud_vm_id.is_none() {
                return Err(Error::invalid(format!(
                    "The VM {vm} was not launched, so there is nothing to {}.",
                    operation.word()
                )));
            }
            manager.power(&slot, &caller, &[machine], operation).await
        };
        self.detached(operation.word(), id, work).await
    }

    async fn power(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        machines: &[Arc<Vm>],
        operation: VmOperation,
    ) -> Result<(), Error> {
        let mut reach = Reach::of(&self.inner.registry, caller);
        let calls: Vec<_> = machines
            .iter()
            .map(|vm| (vm.id, reach.machine(slot.id(), vm)))
            .collect();
        let outcomes: Vec<(VmId, Result<(), ConnectorError>)> = stream::iter(calls)
            .map(|(id, machine)| async move {
                let outcome = match machine {
                    Ok(machine) => operation.call(&machine).await,
                    Err(error) => Err(error),
                };
                (id, outcome)
            })
            .buffered(AT_A_TIME)
            .collect()
            .await;
        let done: Vec<_> = outcomes
            .iter()
            .filter_map(|(id, outcome)| outcome.is_ok().then_some(*id))
            .collect();
        let recorded = self
            .observe(slot, &mut reach, &done, |state| operation.is_over(state))
            .await;
        failure(outcomes, operation)?;
        recorded
    }
}

/// One error for all machines that failed, of the kind of the first.
fn failure(
    outcomes: Vec<(VmId, Result<(), ConnectorError>)>,
    operation: VmOperation,
) -> Result<(), Error> {
    let mut failed: Option<Error> = None;
    for (id, outcome) in outcomes {
        let Err(error) = outcome else { continue };
        let error = Error::from(error);
        let line = format!(
            "Error in {} of VM {id}: {}",
            operation.word(),
            error.message
        );
        match &mut failed {
            None => {
                failed = Some(Error {
                    message: line,
                    ..error
                });
            }
            Some(failed) => {
                failed.message.push('\n');
                failed.message.push_str(&line);
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

// === impl VmOperation ===

impl VmOperation {
    fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Reboot => "reboot",
        }
    }

    async fn call(self, machine: &Reached) -> Result<(), ConnectorError> {
        match self {
            Self::Stop => machine.connector.stop(&machine.target).await,
            Self::Start => machine.connector.start(&machine.target).await,
            Self::Reboot => machine.connector.reboot(&machine.target).await,
        }
    }

    /// Whether a machine in this state has done what was asked, or never will: clouds take their time.
    fn is_over(self, state: VmState) -> bool {
        match self {
            Self::Stop => !state.is_up() && state != VmState::Pending,
            Self::Start => !matches!(state, VmState::Stopped | VmState::Pending),
            Self::Reboot => true,
        }
    }
}
