//! The task of a contextualization.

use std::sync::Arc;

use im_auth::Caller;
use im_cluster::Slot;
use im_connectors::CloudLine;
use im_domain::{OperationId, VmId};
use im_store::OperationState;

use super::wait::Waited;
use super::{master, note, selected_machines, set_configured};
use crate::{Error, Manager, journal};

const SELECT_MASTER: &str = "Select master VM";
const NO_MASTER: &str = "Contextualization Error: No correct Master VM found. Check if there a linux VM with Public IP.";
const NO_MASTER_ENDS: &str = "Error in the ansible installation process: No master VM found.";

impl Manager {
    /// Goes on with a contextualization that has begun ([`begin`](super::begin)), in the background. A former one of
    /// the same infrastructure ends.
    pub(crate) fn spawn_context(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        selected: Option<Vec<VmId>>,
        operation: OperationId,
    ) {
        let token = self.inner.tasks.new_context(slot.id());
        let lines = CloudLine::all(caller.credentials());
        let (manager, slot) = (self.clone(), Arc::clone(slot));
        let inf = slot.id().clone();
        let work = async move {
            let run = manager.contextualize(&slot, &lines, selected.as_deref(), operation);
            let life = Arc::clone(slot.life());
            let run = life.ended().run_until_cancelled(run);
            if let Some(Some(Err(error))) = token.run_until_cancelled(run).await {
                tracing::warn!(inf.id = %slot.id(), error = %error, "The contextualization was not recorded.");
            }
            // Whether it ended or was ended, there is none any more; a newer one has a token of its own.
            token.cancel();
        };
        self.inner.tasks.spawn("contextualize", &inf, work);
    }

    async fn contextualize(
        &self,
        slot: &Arc<Slot>,
        lines: &[CloudLine],
        selected: Option<&[VmId]>,
        operation: OperationId,
    ) -> Result<(), Error> {
        let snapshot = slot.snapshot();
        let machines = selected_machines(&snapshot, selected);
        if machines.is_empty() {
            journal::commit(slot, |entry| {
                entry.end(operation, OperationState::Done, None);
                Ok::<(), Error>(())
            })
            .await?;
            return Ok(());
        }
        match self.wait_until_up(slot, lines, &machines).await? {
            Waited::Up => {}
            Waited::Ending => return Ok(()),
            Waited::TooLong => {
                let text = "Error: Some machines were not running within WAIT_RUNNING_VM_TIMEOUT.";
                return self.fail(slot, &machines, &[text], operation).await;
            }
        }
        let masks = &self.inner.settings.private_net_masks;
        match master::select(&slot.snapshot(), masks) {
            None => {
                let lines = [SELECT_MASTER, NO_MASTER, NO_MASTER_ENDS];
                self.fail(slot, &machines, &lines, operation).await
            }
            Some(id) => {
                let unreachable = format!(
                    "Error in the ansible installation process: VM {id} could be the master, but this release of \
                     the service does not configure machines over SSH."
                );
                let lines = [SELECT_MASTER, &*unreachable];
                self.fail(slot, &machines, &lines, operation).await
            }
        }
    }

    /// Ends a contextualization in failure, with lines for its message.
    async fn fail(
        &self,
        slot: &Arc<Slot>,
        machines: &[VmId],
        lines: &[&str],
        operation: OperationId,
    ) -> Result<(), Error> {
        let clock = &*self.inner.clock;
        journal::commit(slot, |entry| {
            entry.end(operation, OperationState::Failed, lines.last().copied());
            let inf = &mut *entry.infrastructure;
            for line in lines {
                note(inf, clock, line);
            }
            inf.ansible_configured = Some(false);
            inf.configured = Some(false);
            set_configured(inf, Some(machines), Some(false));
            Ok::<(), Error>(())
        })
        .await?;
        Ok(())
    }
}
