//! The removal of machines from their clouds.
//!
//! A machine is called gone only if its cloud says so, or if no cloud was ever asked for it. One whose launch was
//! interrupted is looked for by its token first. A cloud that does not answer may have removed it: then neither is said,
//! the operation stays open, and its removal is tried again (`launch/resume`) until the cloud tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt, stream};
use im_cluster::Slot;
use im_connectors::{CloudLine, CloudVm, Connector, ConnectorError, ErrorKind};
use im_domain::{Infrastructure, OperationId, Vm, VmId};
use im_operations::boundary::{Boundary, pass};
use im_operations::{Entry, Names, Planned};
use im_store::{IntentAction, IntentState};

use crate::journal::digest;
use crate::launch::{Search, Unrecorded};
use crate::{Error, Manager};

/// Begins the message about machines that could not be removed.
pub(crate) const NOT_REMOVED: &str = "Error removing machines:\n";

/// What became of machines that were to be removed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Removal {
    /// They are gone.
    pub(crate) gone: Vec<VmId>,
    /// They are still there, for these reasons.
    pub(crate) kept: Vec<(VmId, String)>,
    /// Their clouds do not tell, for these reasons; only if none is kept for certain. The removal goes on.
    pub(crate) unsure: Vec<(VmId, String)>,
}

/// Machines being removed.
struct Removing<'a> {
    manager: &'a Manager,
    slot: &'a Arc<Slot>,
    search: Search<'a>,
    lines: &'a [CloudLine],
}

/// Why a machine may still be there.
enum Kept {
    /// For a reason that its cloud, or the credentials, give.
    Because(String),
    /// Its cloud does not answer, or does not tell yet: it may be gone as well.
    Unsure(String),
    /// It was not asked for, or its answer will not be heard: another node does it.
    Uncalled,
}

/// Whether a cloud has to be called to remove a machine.
pub(crate) fn needs_cloud(vm: &Vm) -> bool {
    !vm.destroyed && (vm.cloud_vm_id.is_some() || vm.creating)
}

/// Writes the intents of a removal down, for machines that have none yet.
pub(crate) fn plan_removal(
    entry: &mut Entry<'_>,
    names: &Names,
    operation: OperationId,
    vms: &[VmId],
) {
    let infrastructure = &*entry.infrastructure;
    let called = vms.iter().filter_map(|id| infrastructure.vm(*id));
    let called =
        called.filter(|vm| needs_cloud(vm) && !Entry::has_intent(vm, IntentAction::Delete));
    let planned = called.map(|vm| Planned {
        operation,
        action: IntentAction::Delete,
        vm: vm.id,
        attempt: 0,
        digest: digest(&[vm.cloud_vm_id.as_deref().unwrap_or_default(), &vm.cloud.id]),
    });
    let planned: Vec<Planned> = planned.collect();
    entry.plan(names, &planned);
}

/// Marks machines before their clouds are called: no launch of them is begun any more, and the removal is visible.
pub(crate) fn mark(infrastructure: &mut Infrastructure, vms: &[VmId]) {
    for id in vms {
        if let Some(vm) = infrastructure.vm_mut(*id) {
            vm.deleting = true;
        }
    }
}

// === impl Removal ===

impl Removal {
    /// Writes it down.
    pub(crate) fn record(&self, entry: &mut Entry<'_>) {
        for id in &self.gone {
            entry.mark_all(*id, IntentState::Gone, "");
        }
        for (id, reason) in &self.kept {
            entry.mark(*id, IntentAction::Delete, IntentState::Failed, reason);
        }
        let infrastructure = &mut *entry.infrastructure;
        for id in &self.gone {
            if let Some(vm) = infrastructure.vm_mut(*id) {
                vm.destroyed = true;
                vm.deleting = false;
                vm.creating = false;
            }
            if infrastructure.vm_master == Some(*id) {
                infrastructure.vm_master = None;
            }
        }
        for (id, reason) in &self.kept {
            if let Some(vm) = infrastructure.vm_mut(*id) {
                vm.deleting = false;
                vm.error_msg = Some(reason.clone());
            }
        }
    }

    /// Takes what is not known for not removed, where nobody goes on with it.
    pub(crate) fn settled(mut self) -> Self {
        self.kept.append(&mut self.unsure);
        self
    }

    /// That clouds do not tell whether machines are gone; `message` says what was to be done.
    pub(crate) fn unknown(&self, message: &str) -> Error {
        let reasons = self.reasons();
        let message = format!("{message}{reasons}\nThe service goes on with it by itself.");
        Error::new(crate::ErrorKind::OutcomeUnknown, message)
    }

    /// The reasons for the user, one line a machine.
    pub(crate) fn reasons(&self) -> String {
        let lines: Vec<String> = self
            .kept
            .iter()
            .chain(&self.unsure)
            .map(|(id, reason)| format!("VM {id}: {reason}"))
            .collect();
        lines.join("\n")
    }
}

// === impl Manager ===

impl Manager {
    /// Removes machines from their clouds, `MAX_SIMULTANEOUS_LAUNCHES` at a time. The last machine of the infrastructure
    /// in a cloud goes after the others, and with it what was made there for the infrastructure.
    ///
    /// # Errors
    /// That the infrastructure is not this node's any more, or the node ends: what was removed is found out again.
    pub(crate) async fn remove_from_clouds(
        &self,
        slot: &Arc<Slot>,
        vms: &[VmId],
        lines: &[CloudLine],
    ) -> Result<Removal, Error> {
        pass(Boundary::AfterIntentCommit, IntentAction::Delete).await;
        let infrastructure = &*slot.snapshot();
        let search = Search::new(self, slot).await?;
        let removing = Removing {
            manager: self,
            slot,
            search,
            lines,
        };
        let removing = &removing;
        let chosen: BTreeSet<VmId> = vms.iter().copied().collect();
        let mut removal = Removal::default();
        let mut by_cloud: BTreeMap<&str, Vec<Arc<Vm>>> = BTreeMap::new();
        for vm in chosen.iter().filter_map(|id| infrastructure.vm(*id)) {
            match needs_cloud(vm) {
                true => by_cloud
                    .entry(&vm.cloud.id)
                    .or_default()
                    .push(Arc::clone(vm)),
                false => removal.gone.push(vm.id),
            }
        }
        let mut lasts: Vec<(Arc<Vm>, bool)> = Vec::new();
        let mut others: Vec<Arc<Vm>> = Vec::new();
        for (cloud, mut machines) in by_cloud {
            let stays = infrastructure
                .live_vms()
                .filter(|vm| needs_cloud(vm))
                .any(|vm| vm.cloud.id == cloud && !chosen.contains(&vm.id));
            if let Some(last) = machines.pop() {
                lasts.push((last, !stays));
            }
            others.extend(machines);
        }
        let others: Vec<_> = others.into_iter().map(|vm| (vm, false)).collect();
        for wave in [others, lasts] {
            let at_a_time = self.inner.settings.max_simultaneous_launches.max(1);
            let calls = wave.into_iter().map(|(vm, last)| async move {
                let id = vm.id;
                let result = removing.remove(vm, last).await;
                (id, result)
            });
            let results: Vec<_> = stream::iter(calls)
                .buffer_unordered(at_a_time)
                .collect()
                .await;
            for (id, result) in results {
                match result {
                    Ok(()) => removal.gone.push(id),
                    Err(Kept::Because(reason)) => removal.kept.push((id, reason)),
                    Err(Kept::Unsure(reason)) => removal.unsure.push((id, reason)),
                    Err(Kept::Uncalled) => return Err(not_now()),
                }
            }
        }
        if !removal.kept.is_empty() {
            removal = removal.settled();
        }
        removal.kept.sort();
        removal.unsure.sort();
        pass(Boundary::BeforeConfirm, IntentAction::Delete).await;
        Ok(removal)
    }
}

// === impl Kept ===

impl Kept {
    fn by(error: ConnectorError) -> Self {
        match error.kind {
            ErrorKind::Timeout | ErrorKind::Unavailable | ErrorKind::RateLimited => {
                Self::Unsure(error.message)
            }
            _ => Self::Because(error.message),
        }
    }
}

// === impl Removing ===

impl Removing<'_> {
    async fn remove(&self, mut vm: Arc<Vm>, last: bool) -> Result<(), Kept> {
        let registry = &self.manager.inner.registry;
        let connector = registry
            .for_vm(&vm.cloud, self.lines)
            .map_err(|error| Kept::Because(error.message))?;
        if vm.cloud_vm_id.is_none() {
            let found = self.find(&*connector, &vm).await?;
            let Some(found) = found else { return Ok(()) };
            Arc::make_mut(&mut vm).cloud_vm_id = Some(found);
        }
        let asked = CloudVm {
            inf: self.slot.id().clone(),
            vm,
        };
        if !self.manager.gate(self.slot, IntentAction::Delete).await {
            return Err(Kept::Uncalled);
        }
        let finalize = connector.finalize(&asked, last);
        let life = self.slot.life().ended();
        let answer = life.run_until_cancelled(finalize).await;
        pass(Boundary::AfterCall, IntentAction::Delete).await;
        match answer {
            None => Err(Kept::Uncalled),
            Some(Err(error)) if error.kind != ErrorKind::NotFound => Err(Kept::by(error)),
            Some(_) => Ok(()),
        }
    }

    async fn find(&self, connector: &dyn Connector, vm: &Vm) -> Result<Option<String>, Kept> {
        match self.search.find(connector, vm).await {
            Ok(Unrecorded::Found(launched)) => Ok(Some(launched.cloud_vm_id)),
            Ok(Unrecorded::Absent) => Ok(None),
            Ok(Unrecorded::Unclear) => Err(Kept::Unsure(
                "Its cloud does not say yet whether it was launched.".into(),
            )),
            Err(error) => Err(Kept::by(error)),
        }
    }
}

fn not_now() -> Error {
    let message = "The service cannot go on with the removal now. It goes on by itself later.";
    Error::new(crate::ErrorKind::OutcomeUnknown, message)
}
