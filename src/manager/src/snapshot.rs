//! Make an image of a machine's disk.

use std::convert::Infallible;
use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::Slot;
use im_connectors::Snapshot;
use im_domain::{InfId, VmId};

use crate::access::{Verb, live_vm, proved_vm};
use crate::detached::turn;
use crate::reach::Reach;
use crate::{Error, Manager};

impl Manager {
    /// Makes an image of disk number `disk` (as the client wrote it); `auto_delete` deletes it with the infrastructure.
    /// Answers the address of the image.
    #[tracing::instrument(target = "im_trace", name = "manager.snapshot", skip_all, fields(inf.id = %id))]
    pub async fn snapshot(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
        disk: &str,
        image_name: &str,
        auto_delete: bool,
    ) -> Result<String, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let vm = proved_vm(&slot, vm).await?;
        let wanted = Snapshot {
            disk: disk.trim().parse().map_err(|_| {
                Error::invalid("The number of a disk was expected, as 0 for the first one.")
            })?,
            name: image_name.to_owned(),
            auto_delete,
        };
        let manager = self.clone();
        let work = async move { manager.make_image(&slot, &caller, vm, &wanted).await };
        self.detached("snapshot", id, work).await
    }

    async fn make_image(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        vm: VmId,
        wanted: &Snapshot,
    ) -> Result<String, Error> {
        let (_turn, infrastructure) = turn(slot, "snapshot").await?;
        self.is_meant_for_now(slot)?;
        let vm = live_vm(&infrastructure, &vm.to_string())?;
        let machine = Reach::of(&self.inner.registry, caller).machine(slot.id(), vm)?;
        let image = machine.connector.snapshot(&machine.target, wanted).await?;
        if wanted.auto_delete {
            slot.change(|infrastructure| {
                if !infrastructure.snapshots.contains(&image.uri) {
                    infrastructure.snapshots.push(image.uri.clone());
                }
                Ok::<_, Infallible>(())
            })
            .await?;
        }
        Ok(image.uri)
    }
}
