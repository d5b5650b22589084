//! Remove machines from an infrastructure.

use std::collections::BTreeSet;

use im_auth::{Caller, Credentials};
use im_cluster::{OperationGuard, Slot};
use im_connectors::CloudLine;
use im_domain::{InfId, Infrastructure, VmId};
use im_operations::Entry;
use im_operations::boundary::{Boundary, pass};
use im_store::{IntentAction, OperationKind, OperationState};

use std::sync::Arc;

use crate::access::{Verb, live_vm};
use crate::detached::turn;
use crate::journal::begin_context;
use crate::removal::{NOT_REMOVED, mark, needs_cloud, plan_removal};
use crate::{Error, Manager};

impl Manager {
    /// Removes the machines with these numbers, a list separated by commas; if one is wrong, none. Configures the rest
    /// again if `context`. Answers how many were removed.
    #[tracing::instrument(target = "im_trace", name = "manager.remove", skip_all, fields(inf.id = %id))]
    pub async fn remove(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm_list: &str,
        context: bool,
    ) -> Result<usize, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let (turn, snapshot) = turn(&slot, "remove").await?;
        let vms = chosen(&snapshot, vm_list)?;
        let manager = self.clone();
        let work = async move {
            manager
                .remove_machines(&slot, &caller, &vms, context, turn)
                .await
        };
        self.detached("remove", id, work).await
    }

    pub(crate) async fn remove_machines(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        vms: &[VmId],
        context: bool,
        turn: OperationGuard,
    ) -> Result<usize, Error> {
        let snapshot = slot.snapshot();
        let calls = vms.iter().filter_map(|id| snapshot.vm(*id));
        if calls.into_iter().any(|vm| needs_cloud(vm)) {
            let operation = self.operation(OperationKind::Remove, slot.id(), caller);
            let names = self.names().await?;
            self.commit_first(slot, |entry| {
                mark(entry.infrastructure, vms);
                // What was left open is finished under its own name.
                let mut open = Entry::open(entry.infrastructure, Some(&[OperationKind::Remove]));
                let id = open.pop().unwrap_or_else(|| {
                    entry.begin(&operation);
                    operation.id
                });
                plan_removal(entry, &names, id, vms);
                Ok::<(), Error>(())
            })
            .await?;
        }
        // From here on the removal is taken up again if this node is lost.
        let lines = CloudLine::all(caller.credentials());
        let removal = self.remove_from_clouds(slot, vms, &lines).await?;
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let begun = self
            .commit_first(slot, |entry| {
                removal.record(entry);
                if removal.unsure.is_empty() {
                    let (state, outcome) = match removal.kept.is_empty() {
                        true => (OperationState::Done, None),
                        false => (OperationState::Failed, Some(removal.reasons())),
                    };
                    entry.end_kinds(&[OperationKind::Remove], state, outcome.as_deref());
                }
                let again = context && !removal.gone.is_empty();
                let begun = again.then(|| begin_context(entry, None, &next));
                Ok::<_, Error>(begun.flatten())
            })
            .await?;
        pass(Boundary::AfterConfirm, IntentAction::Delete).await;
        drop(turn);
        tracing::info!(
            inf.id = %slot.id(),
            removed = removal.gone.len(),
            kept = removal.kept.len(),
            unsure = removal.unsure.len(),
            "Machines were removed."
        );
        if let Some(operation) = begun {
            self.spawn_context(slot, caller, None, operation);
        }
        if !removal.unsure.is_empty() {
            self.resume_later(slot, caller);
            return Err(removal.unknown(NOT_REMOVED));
        }
        if !removal.kept.is_empty() {
            let message = format!("{NOT_REMOVED}{}", removal.reasons());
            return Err(Error::invalid(message));
        }
        Ok(removal.gone.len())
    }
}

/// The machines of a list, each once.
fn chosen(infrastructure: &Infrastructure, list: &str) -> Result<Vec<VmId>, Error> {
    let mut vms = BTreeSet::new();
    for text in list.split(',') {
        vms.insert(live_vm(infrastructure, text)?.id);
    }
    Ok(vms.into_iter().collect())
}
