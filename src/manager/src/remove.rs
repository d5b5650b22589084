//! Remove machines from an infrastructure.

use std::collections::BTreeSet;

use im_auth::{Caller, Credentials};
use im_cluster::{OperationGuard, Slot};
use im_connectors::CloudLine;
use im_domain::{InfId, Infrastructure, VmId};

use std::sync::Arc;

use crate::access::{Verb, live_vm};
use crate::detached::turn;
use crate::removal::{mark, needs_cloud};
use crate::{Error, Manager, context};

impl Manager {
    /// Removes the machines with these numbers, a list separated by commas; if one is wrong, none. Configures the rest
    /// again if `context`. Answers how many were removed.
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
            slot.change(|inf| {
                mark(inf, vms);
                Ok::<(), Error>(())
            })
            .await?;
        }
        // From here on the removal is taken up again if this node is lost.
        let lines = CloudLine::all(caller.credentials());
        let removal = self.remove_from_clouds(&slot.snapshot(), vms, &lines).await;
        let begun = slot
            .change(|inf| {
                removal.record(inf);
                let again = context && !removal.gone.is_empty();
                Ok::<bool, Error>(again && context::begin(inf, None))
            })
            .await?;
        drop(turn);
        tracing::info!(
            inf.id = %slot.id(),
            removed = removal.gone.len(),
            kept = removal.kept.len(),
            "Machines were removed."
        );
        if begun {
            self.spawn_context(slot, caller, None);
        }
        if !removal.kept.is_empty() {
            let message = format!("Error removing machines:\n{}", removal.reasons());
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
