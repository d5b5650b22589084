//! Waiting until machines are up.

use std::sync::Arc;

use futures::future::join_all;
use im_cluster::Slot;
use im_connectors::{CloudLine, CloudVm, Observed};
use im_domain::{Infrastructure, Vm, VmId, VmState};

use crate::{Error, Manager, vm_state};

/// How waiting has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// No machine is pending any more.
    Up,
    /// `WAIT_RUNNING_VM_TIMEOUT` has passed.
    TooLong,
    /// The node ends.
    Ending,
}

impl Manager {
    /// Waits until none of the machines is pending, asking their clouds about them.
    pub(super) async fn wait_until_up(
        &self,
        slot: &Arc<Slot>,
        lines: &[CloudLine],
        selected: &[VmId],
    ) -> Result<Waited, Error> {
        let inner = &self.inner;
        let deadline = inner.clock.monotonic() + inner.settings.wait_running_vm_timeout;
        loop {
            self.observe_pending(slot, lines, selected).await?;
            if pending(&slot.snapshot(), selected).is_empty() {
                return Ok(Waited::Up);
            }
            if slot.is_lost() {
                return Ok(Waited::Ending);
            }
            if inner.clock.monotonic() >= deadline {
                return Ok(Waited::TooLong);
            }
            let interval = inner.settings.confmanager_check_state_interval;
            if !inner.tasks.sleep(interval).await {
                return Ok(Waited::Ending);
            }
        }
    }

    async fn observe_pending(
        &self,
        slot: &Arc<Slot>,
        lines: &[CloudLine],
        selected: &[VmId],
    ) -> Result<(), Error> {
        let snapshot = slot.snapshot();
        let asked = pending(&snapshot, selected)
            .into_iter()
            .filter(|vm| vm.cloud_vm_id.is_some())
            .map(|vm| self.ask_about(slot, lines, vm));
        let answers: Vec<(Arc<Vm>, Observed)> =
            join_all(asked).await.into_iter().flatten().collect();
        if answers.iter().all(|(vm, seen)| vm.state == seen.state) {
            return Ok(());
        }
        let now = self.inner.clock.epoch_seconds();
        slot.change(|inf| {
            for (before, observed) in &answers {
                let Some(vm) = inf.vm_mut(before.id).filter(|vm| !vm.destroyed) else {
                    continue;
                };
                if Arc::ptr_eq(&vm.info, &before.info) {
                    vm.info = Arc::clone(&observed.radl);
                }
                vm.last_update = now;
                vm_state::set(vm, vm_state::settled(observed.state, vm.configured));
            }
            Ok::<(), Error>(())
        })
        .await?;
        Ok(())
    }

    /// Asks one cloud about one machine; no answer is no news.
    async fn ask_about(
        &self,
        slot: &Slot,
        lines: &[CloudLine],
        vm: Arc<Vm>,
    ) -> Option<(Arc<Vm>, Observed)> {
        let connector = self.inner.registry.for_vm(&vm.cloud, lines).ok()?;
        let asked = CloudVm {
            inf: slot.id().clone(),
            vm: Arc::clone(&vm),
        };
        let observed = connector.status(&asked).await.ok()?;
        Some((vm, observed))
    }
}

fn pending(infrastructure: &Infrastructure, selected: &[VmId]) -> Vec<Arc<Vm>> {
    infrastructure
        .live_vms()
        .filter(|vm| vm.state == VmState::Pending && !vm.deleting && selected.contains(&vm.id))
        .map(Arc::clone)
        .collect()
}
