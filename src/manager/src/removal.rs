//! The removal of machines from their clouds.
//!
//! A machine is called gone only if its cloud says so, or if no cloud was ever asked for it. One whose launch was
//! interrupted is looked for by its token first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt, stream};
use im_connectors::{CloudLine, CloudVm, Connector, ErrorKind};
use im_domain::{Infrastructure, Vm, VmId};

use crate::Manager;
use crate::launch::{Unrecorded, find_unrecorded};

/// What became of machines that were to be removed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Removal {
    /// They are gone.
    pub(crate) gone: Vec<VmId>,
    /// They may still be there, for these reasons.
    pub(crate) kept: Vec<(VmId, String)>,
}

/// Whether a cloud has to be called to remove a machine.
pub(crate) fn needs_cloud(vm: &Vm) -> bool {
    !vm.destroyed && (vm.cloud_vm_id.is_some() || vm.creating)
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
    pub(crate) fn record(&self, infrastructure: &mut Infrastructure) {
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

    /// The reasons for the user, one line a machine.
    pub(crate) fn reasons(&self) -> String {
        let lines: Vec<String> = self
            .kept
            .iter()
            .map(|(id, reason)| format!("VM {id}: {reason}"))
            .collect();
        lines.join("\n")
    }

    fn add(&mut self, id: VmId, result: Result<(), String>) {
        match result {
            Ok(()) => self.gone.push(id),
            Err(reason) => self.kept.push((id, reason)),
        }
    }
}

// === impl Manager ===

impl Manager {
    /// Removes machines from their clouds, `MAX_SIMULTANEOUS_LAUNCHES` at a time. The last machine of the infrastructure
    /// in a cloud goes after the others, and with it what was made there for the infrastructure.
    pub(crate) async fn remove_from_clouds(
        &self,
        infrastructure: &Infrastructure,
        vms: &[VmId],
        lines: &[CloudLine],
    ) -> Removal {
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
                let result = self.remove_one(infrastructure, vm, lines, last).await;
                (id, result)
            });
            let results: Vec<_> = stream::iter(calls)
                .buffer_unordered(at_a_time)
                .collect()
                .await;
            for (id, result) in results {
                removal.add(id, result);
            }
        }
        removal.kept.sort();
        removal
    }

    async fn remove_one(
        &self,
        infrastructure: &Infrastructure,
        mut vm: Arc<Vm>,
        lines: &[CloudLine],
        last: bool,
    ) -> Result<(), String> {
        let registry = &self.inner.registry;
        let connector = registry
            .for_vm(&vm.cloud, lines)
            .map_err(|error| error.message)?;
        if vm.cloud_vm_id.is_none() {
            let found = self.find_in_cloud(&*connector, infrastructure, &vm).await?;
            let Some(found) = found else { return Ok(()) };
            Arc::make_mut(&mut vm).cloud_vm_id = Some(found);
        }
        let asked = CloudVm {
            inf: infrastructure.id.clone(),
            vm,
        };
        match connector.finalize(&asked, last).await {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error.message),
            _ => Ok(()),
        }
    }

    async fn find_in_cloud(
        &self,
        connector: &dyn Connector,
        infrastructure: &Infrastructure,
        vm: &Vm,
    ) -> Result<Option<String>, String> {
        let now = self.inner.clock.epoch_seconds();
        match find_unrecorded(connector, &infrastructure.id, vm, now).await {
            Ok(Unrecorded::Found(launched)) => Ok(Some(launched.cloud_vm_id)),
            Ok(Unrecorded::Absent) => Ok(None),
            Ok(Unrecorded::Unclear) => Err(
                "Its cloud does not say yet whether it was launched; try again in a minute.".into(),
            ),
            Err(error) => Err(error.message),
        }
    }
}
