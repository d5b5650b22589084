//! Destroy an infrastructure.

use std::collections::BTreeSet;
use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::{OperationGuard, Slot};
use im_connectors::CloudLine;
use im_domain::{InfId, Infrastructure, VmId};
use im_operations::Entry;
use im_operations::boundary::{Boundary, pass};
use im_store::{IntentAction, OperationKind, OperationState};

use crate::access::Verb;
use crate::journal::commit;
use crate::launch::Unfinished;
use crate::removal::{mark, needs_cloud, plan_removal};
use crate::{Error, Manager, context};

/// Begins the message about an infrastructure that could not be destroyed.
const NOT_DESTROYED: &str = "Error destroying the infrastructure:\n";

impl Manager {
    /// Removes all machines, then the infrastructure. `force`: the infrastructure is deleted even if a machine could
    /// not be. `asynchronous` answers before the machines are gone.
    ///
    /// Machines that are being launched at this moment are not launched any more; those whose launch has begun are
    /// waited for and removed.
    #[tracing::instrument(target = "im_trace", name = "manager.destroy", skip_all, fields(inf.id = %id))]
    pub async fn destroy(
        &self,
        credentials: &Credentials,
        id: &InfId,
        force: bool,
        asynchronous: bool,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::Delete, credentials)?;
        let slot = self.open(&caller, id).await?;
        if asynchronous || slot.snapshot().live_vms().any(|vm| needs_cloud(vm)) {
            let operation = self.operation(OperationKind::Destroy, id, &caller);
            let names = self.names().await?;
            self.commit_first(&slot, |entry| {
                let inf = &mut *entry.infrastructure;
                if inf.deleted {
                    return Err(Error::not_found(&inf.id));
                }
                Unfinished::Destruction { force }.note(inf);
                let vms = live(inf);
                mark(inf, &vms);
                entry.begin(&operation);
                plan_removal(entry, &names, operation.id, &vms);
                Ok::<(), Error>(())
            })
            .await?;
        }
        let manager = self.clone();
        let work = async move { manager.destroy_all(&slot, &caller, force).await };
        if asynchronous {
            self.inner.tasks.spawn("destroy", id, work);
            return Ok(());
        }
        self.detached("destroy", id, work).await
    }

    async fn destroy_all(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        force: bool,
    ) -> Result<(), Error> {
        let turn = slot.operation("destroy").await;
        self.destroy_now(slot, caller, force, turn).await
    }

    /// Destroys an infrastructure that is marked for it, or has nothing in any cloud.
    pub(crate) async fn destroy_now(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        force: bool,
        turn: OperationGuard,
    ) -> Result<(), Error> {
        self.inner.tasks.end_context(slot.id());
        let snapshot = slot.snapshot();
        if snapshot.deleted {
            // It was there when this destruction began; somebody else's was faster.
            return Ok(());
        }
        let lines = CloudLine::all(caller.credentials());
        let vms = live(&snapshot);
        self.plan_rest(slot, &vms).await?;
        let mut removal = self.remove_from_clouds(slot, &vms, &lines).await?;
        if force {
            removal = removal.settled();
        }
        if !removal.unsure.is_empty() {
            self.commit_first(slot, |entry| {
                removal.record(entry);
                Ok::<(), Error>(())
            })
            .await?;
            drop(turn);
            self.resume_later(slot, caller);
            return Err(removal.unknown(NOT_DESTROYED));
        }
        let deletes = force || removal.kept.is_empty();
        let mut snapshots = Vec::new();
        if deletes {
            snapshots = self.delete_snapshots(&snapshot, &lines).await;
        }
        let message = format!("{NOT_DESTROYED}{}", removal.reasons());
        let clock = &*self.inner.clock;
        self.commit_first(slot, |entry| {
            removal.record(entry);
            let inf = &mut *entry.infrastructure;
            Unfinished::end(inf);
            if deletes {
                inf.snapshots = snapshots;
                inf.deleted = true;
                let rest = live(inf);
                for id in rest {
                    if let Some(vm) = inf.vm_mut(id) {
                        vm.destroyed = true;
                        vm.creating = false;
                    }
                }
                entry.end_all(OperationState::Done, None);
            } else {
                context::note(inf, clock, &message);
                let kinds = [OperationKind::Destroy];
                entry.end_kinds(&kinds, OperationState::Failed, Some(&message));
            }
            Ok::<(), Error>(())
        })
        .await?;
        pass(Boundary::AfterConfirm, IntentAction::Delete).await;
        tracing::info!(
            inf.id = %slot.id(),
            removed = removal.gone.len(),
            kept = removal.kept.len(),
            deleted = deletes,
            "The infrastructure was to be destroyed."
        );
        match deletes {
            true => Ok(()),
            false => Err(Error::invalid(message)),
        }
    }

    /// Writes down the removal of machines that were recorded after the destruction had begun.
    async fn plan_rest(&self, slot: &Arc<Slot>, vms: &[VmId]) -> Result<(), Error> {
        let snapshot = slot.snapshot();
        let destructions = Entry::open(&snapshot, Some(&[OperationKind::Destroy]));
        let machines = vms.iter().filter_map(|id| snapshot.vm(*id));
        let is_rest =
            |vm: &im_domain::Vm| needs_cloud(vm) && !Entry::has_intent(vm, IntentAction::Delete);
        let Some(operation) = destructions.first() else {
            return Ok(());
        };
        if !machines.into_iter().any(|vm| is_rest(vm)) {
            return Ok(());
        }
        let names = self.names().await?;
        commit(slot, |entry| {
            mark(entry.infrastructure, vms);
            plan_removal(entry, &names, *operation, vms);
            Ok::<(), Error>(())
        })
        .await?;
        Ok(())
    }

    /// Deletes the images that were to live as long as the infrastructure, in the clouds of its machines; answers
    /// those that no cloud has deleted.
    async fn delete_snapshots(
        &self,
        infrastructure: &Infrastructure,
        lines: &[CloudLine],
    ) -> Vec<String> {
        let mut left = Vec::new();
        if infrastructure.snapshots.is_empty() {
            return left;
        }
        let mut seen = BTreeSet::new();
        let clouds = infrastructure
            .vms
            .iter()
            .filter(|vm| seen.insert(vm.cloud.id.as_str()));
        let connectors: Vec<_> = clouds
            .filter_map(|vm| self.inner.registry.for_vm(&vm.cloud, lines).ok())
            .collect();
        for image in &infrastructure.snapshots {
            let mut deleted = false;
            for connector in &connectors {
                deleted = connector.delete_image(image).await.is_ok();
                if deleted {
                    break;
                }
            }
            if !deleted {
                tracing::warn!(inf.id = %infrastructure.id, image = %image, "A snapshot could not be deleted.");
                left.push(image.clone());
            }
        }
        left
    }
}

fn live(infrastructure: &Infrastructure) -> Vec<VmId> {
    infrastructure.live_vms().map(|vm| vm.id).collect()
}
