//! The trait, for the cloud `Dummy`.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use im_domain::{CloudInfo, InfId, VmState};
use im_radl::{Radl, System};

use super::backend::{Backend, Running};
use super::machine;
use crate::concretize::{by_image, with_wishes};
use crate::{
    Capability, CloudVm, Connector, ConnectorError, CreateIdempotency, Image, ImageFilter,
    LaunchRequest, Launched, Observed, Operation, Quota, Quotas, Snapshot,
};

/// Where the images of this cloud are, in words.
const IMAGES: &str = "mock0://linux.for.ev.er/";

/// One cloud of the type `Dummy`.
#[derive(Debug)]
pub(super) struct Dummy {
    cloud: CloudInfo,
    backend: Arc<Backend>,
}

// === impl Dummy ===

impl Dummy {
    pub(super) fn new(cloud: CloudInfo, backend: Arc<Backend>) -> Self {
        Self { cloud, backend }
    }

    /// The state of a machine that must exist.
    fn existing(&self, operation: Operation, vm: &CloudVm) -> Result<VmState, ConnectorError> {
        match self.backend.state(vm) {
            VmState::Off => {
                let message = match &vm.vm.cloud_vm_id {
                    Some(id) => format!("The cloud {} has no machine {id}.", self.cloud.id),
                    None => "The machine was never launched.".to_owned(),
                };
                Err(ConnectorError::not_found(operation, message))
            }
            state => Ok(state),
        }
    }
}

#[async_trait]
impl Connector for Dummy {
    fn cloud(&self) -> &CloudInfo {
        &self.cloud
    }

    fn capability(&self) -> Capability {
        Capability {
            create_idempotency: CreateIdempotency::Token,
            power: true,
            reboot: true,
            alter: true,
            snapshot: true,
            images: true,
            quotas: true,
        }
    }

    /// Any image will do, and none too.
    async fn concretize(&self, requested: &System) -> Result<Vec<System>, ConnectorError> {
        self.backend.misbehave(Operation::Concretize).await?;
        let systems = match requested.features.has("disk.0.image.url") {
            true => by_image(requested, |_| true),
            false => vec![requested.clone()],
        };
        let prepared = systems.into_iter().map(with_wishes).map(machine::prepare);
        Ok(prepared.collect())
    }

    async fn launch(&self, request: &LaunchRequest) -> Result<Launched, ConnectorError> {
        self.backend.misbehave(Operation::Launch).await?;
        if request.radl.first_system().is_none() {
            return Err(ConnectorError::invalid(
                Operation::Launch,
                "The document of the machine has no system.",
            ));
        }
        self.backend
            .launch(&self.cloud.id, request)
            .map(Launched::from)
    }

    async fn status(&self, vm: &CloudVm) -> Result<Observed, ConnectorError> {
        self.backend.misbehave(Operation::Status).await?;
        Ok(Observed {
            state: self.backend.state(vm),
            radl: machine::observed(&vm.vm.info),
        })
    }

    async fn stop(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.backend.misbehave(Operation::Stop).await?;
        self.existing(Operation::Stop, vm)?;
        self.backend.set_state(&self.cloud.id, vm, VmState::Stopped);
        Ok(())
    }

    async fn start(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.backend.misbehave(Operation::Start).await?;
        self.existing(Operation::Start, vm)?;
        self.backend.set_state(&self.cloud.id, vm, VmState::Running);
        Ok(())
    }

    async fn reboot(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.backend.misbehave(Operation::Reboot).await?;
        self.existing(Operation::Reboot, vm).map(|_| ())
    }

    async fn alter(&self, vm: &CloudVm, wanted: &Radl) -> Result<Observed, ConnectorError> {
        self.backend.misbehave(Operation::Alter).await?;
        let state = self.existing(Operation::Alter, vm)?;
        let radl = machine::altered(&machine::observed(&vm.vm.info), wanted)?;
        Ok(Observed { state, radl })
    }

    async fn finalize(&self, vm: &CloudVm, _last: bool) -> Result<(), ConnectorError> {
        self.backend.misbehave(Operation::Finalize).await?;
        self.backend.set_state(&self.cloud.id, vm, VmState::Off);
        Ok(())
    }

    /// Disks are not looked at: those of this cloud have no content.
    async fn snapshot(&self, vm: &CloudVm, snapshot: &Snapshot) -> Result<Image, ConnectorError> {
        self.backend.misbehave(Operation::Snapshot).await?;
        self.existing(Operation::Snapshot, vm)?;
        Ok(Image {
            uri: format!("{IMAGES}{}", snapshot.name),
            name: snapshot.name.clone(),
        })
    }

    async fn delete_image(&self, _uri: &str) -> Result<(), ConnectorError> {
        self.backend.misbehave(Operation::DeleteImage).await
    }

    /// The same two images, whatever the conditions.
    async fn list_images(&self, _filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError> {
        self.backend.misbehave(Operation::ListImages).await?;
        let image = |n| Image {
            uri: format!("{IMAGES}image{n}"),
            name: format!("Image Name{n}"),
        };
        Ok(vec![image(1), image(2)])
    }

    /// One of ten of everything; of the machines what there is, if their number is limited.
    async fn quotas(&self) -> Result<Quotas, ConnectorError> {
        self.backend.misbehave(Operation::Quotas).await?;
        let resources = [
            "cores",
            "ram",
            "instances",
            "floating_ips",
            "security_groups",
        ];
        let one_of_ten = Quota { used: 1, limit: 10 };
        let mut quotas: Quotas = resources
            .into_iter()
            .map(|resource| (resource.to_owned(), one_of_ten))
            .collect();
        if let (used, Some(limit)) = self.backend.room(&self.cloud.id) {
            let number = |n| i64::try_from(n).unwrap_or(i64::MAX);
            let instances = Quota {
                used: number(used),
                limit: number(limit),
            };
            quotas.insert("instances".to_owned(), instances);
        }
        Ok(quotas)
    }

    async fn find_by_token(
        &self,
        inf: &InfId,
    ) -> Result<BTreeMap<String, Launched>, ConnectorError> {
        self.backend.misbehave(Operation::FindByToken).await?;
        let machines = self.backend.launched_for(inf).into_iter();
        Ok(machines
            .map(|(token, running)| (token, Launched::from(running)))
            .collect())
    }
}

// === impl Launched ===

impl From<Running> for Launched {
    fn from(running: Running) -> Self {
        Self {
            observed: Observed {
                state: running.state,
                radl: machine::launched(&running.request),
            },
            cloud_vm_id: running.id,
        }
    }
}
