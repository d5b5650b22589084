//! The trait, for the cloud `Simulated`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use http::Method;
use im_domain::{CloudInfo, InfId, VmState};
use im_radl::{Radl, System};
use serde::Deserialize;
use serde_json::json;

use super::client::Client;
use super::machine::{self, INF, Machine, Spec};
use crate::concretize::{by_image, with_wishes};
use crate::{
    Capability, CloudVm, Connector, ConnectorError, CreateIdempotency, ErrorKind, Image,
    ImageFilter, LaunchRequest, Launched, Observed, Operation, Quota, Quotas, Snapshot,
};

/// How the addresses of images begin.
const IMAGES: &str = "simulated://images/";
/// Images of the cloud `Dummy` are taken too, so that documents written for it serve both.
const IMAGES_OF_DUMMY: &str = "mock0://";

/// One cloud of the type `Simulated`.
#[derive(Debug)]
pub(super) struct Simulated {
    cloud: CloudInfo,
    client: Client,
}

#[derive(Deserialize)]
struct ImageShown {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct QuotaShown {
    used: i64,
    limit: i64,
}

// === impl Simulated ===

impl Simulated {
    pub(super) fn new(cloud: CloudInfo, client: Client) -> Self {
        Self { cloud, client }
    }

    /// Makes a call that changes something about a machine which must exist.
    async fn change(
        &self,
        operation: Operation,
        vm: &CloudVm,
        verb: &str,
    ) -> Result<(), ConnectorError> {
        let path = format!("{}/{verb}", path(operation, vm)?);
        self.client.call(operation, Method::POST, &path, None).await
    }
}

/// The path of a machine. Ids of other clouds lead nowhere.
fn path(operation: Operation, vm: &CloudVm) -> Result<String, ConnectorError> {
    let id = vm.vm.cloud_vm_id.as_deref().unwrap_or_default();
    let is_ours = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match !id.is_empty() && is_ours(id) {
        true => Ok(format!("/machines/{id}")),
        false => Err(ConnectorError::not_found(
            operation,
            "The machine was never launched.",
        )),
    }
}

/// Success, if what is to go is gone already.
fn gone(result: Result<(), ConnectorError>) -> Result<(), ConnectorError> {
    match result {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[async_trait]
impl Connector for Simulated {
    fn cloud(&self) -> &CloudInfo {
        &self.cloud
    }

    fn capability(&self) -> Capability {
        Capability {
            create_idempotency: self.client.idempotency(),
            power: true,
            reboot: true,
            alter: true,
            snapshot: true,
            images: true,
            quotas: true,
        }
    }

    fn endpoint(&self) -> String {
        self.client.endpoint().to_owned()
    }

    /// No image is needed.
    async fn concretize(&self, requested: &System) -> Result<Vec<System>, ConnectorError> {
        let is_ours = |url: &str| url.starts_with(IMAGES) || url.starts_with(IMAGES_OF_DUMMY);
        let systems = match requested.features.has("disk.0.image.url") {
            true => by_image(requested, is_ours),
            false => vec![requested.clone()],
        };
        let prepared = systems.into_iter().map(with_wishes).map(machine::prepare);
        Ok(prepared.collect())
    }

    async fn launch(&self, request: &LaunchRequest) -> Result<Launched, ConnectorError> {
        let recognised = self.client.idempotency() == CreateIdempotency::Token;
        let spec = json!(Spec::of(request, recognised)?);
        let made: Machine = self
            .client
            .ask(Operation::Launch, Method::POST, "/machines", Some(spec))
            .await?;
        Ok(Launched {
            observed: Observed {
                state: made.state(),
                radl: made.laid_over(&request.radl),
            },
            cloud_vm_id: made.id,
        })
    }

    async fn status(&self, vm: &CloudVm) -> Result<Observed, ConnectorError> {
        let shown = match path(Operation::Status, vm) {
            Ok(path) => {
                let asked = self.client.ask(Operation::Status, Method::GET, &path, None);
                asked.await
            }
            Err(error) => Err(error),
        };
        match shown {
            Ok(shown) => {
                let shown: Machine = shown;
                Ok(Observed {
                    state: shown.state(),
                    radl: shown.laid_over(&vm.vm.info),
                })
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Observed {
                state: VmState::Off,
                radl: vm.vm.info.clone(),
            }),
            Err(error) => Err(error),
        }
    }

    async fn stop(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.change(Operation::Stop, vm, "stop").await
    }

    async fn start(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.change(Operation::Start, vm, "start").await
    }

    async fn reboot(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.change(Operation::Reboot, vm, "reboot").await
    }

    async fn alter(&self, vm: &CloudVm, wanted: &Radl) -> Result<Observed, ConnectorError> {
        let path = path(Operation::Alter, vm)?;
        let (size, document) = machine::altered(&vm.vm.info, wanted)?;
        let shown: Machine = self
            .client
            .ask(Operation::Alter, Method::PUT, &path, Some(json!(size)))
            .await?;
        Ok(Observed {
            state: shown.state(),
            radl: shown.laid_over(&document),
        })
    }

    async fn finalize(&self, vm: &CloudVm, _last: bool) -> Result<(), ConnectorError> {
        let Ok(path) = path(Operation::Finalize, vm) else {
            return Ok(());
        };
        let call = self
            .client
            .call(Operation::Finalize, Method::DELETE, &path, None);
        gone(call.await)
    }

    async fn snapshot(&self, vm: &CloudVm, snapshot: &Snapshot) -> Result<Image, ConnectorError> {
        let path = format!("{}/images", path(Operation::Snapshot, vm)?);
        let wanted = json!({ "name": snapshot.name });
        let made: ImageShown = self
            .client
            .ask(Operation::Snapshot, Method::POST, &path, Some(wanted))
            .await?;
        Ok(made.into())
    }

    async fn delete_image(&self, uri: &str) -> Result<(), ConnectorError> {
        let id = uri.strip_prefix(IMAGES).ok_or_else(|| {
            let message = "The image belongs to no simulated cloud.";
            ConnectorError::invalid(Operation::DeleteImage, message)
        })?;
        let path = format!("/images/{id}");
        let call = self
            .client
            .call(Operation::DeleteImage, Method::DELETE, &path, None);
        gone(call.await)
    }

    /// All of them, whatever the conditions.
    async fn list_images(&self, _filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError> {
        let shown: Vec<ImageShown> = self
            .client
            .ask(Operation::ListImages, Method::GET, "/images", None)
            .await?;
        Ok(shown.into_iter().map(Image::from).collect())
    }

    async fn quotas(&self) -> Result<Quotas, ConnectorError> {
        let shown: BTreeMap<String, QuotaShown> = self
            .client
            .ask(Operation::Quotas, Method::GET, "/quotas", None)
            .await?;
        let quota = |shown: QuotaShown| Quota {
            used: shown.used,
            limit: shown.limit,
        };
        let quotas = shown.into_iter();
        Ok(quotas.map(|(name, shown)| (name, quota(shown))).collect())
    }

    async fn find_by_token(
        &self,
        inf: &InfId,
    ) -> Result<BTreeMap<String, Launched>, ConnectorError> {
        let path = format!("/machines?label={INF}={inf}");
        let machines: Vec<Machine> = self
            .client
            .ask(Operation::FindByToken, Method::GET, &path, None)
            .await?;
        let mut found = BTreeMap::new();
        for machine in machines {
            let Some(token) = machine.token() else {
                continue;
            };
            let observed = Observed {
                state: machine.state(),
                radl: machine.laid_over(&machine.document()?),
            };
            let token = token.to_owned();
            let cloud_vm_id = machine.id;
            found.insert(
                token,
                Launched {
                    cloud_vm_id,
                    observed,
                },
            );
        }
        Ok(found)
    }
}

// === impl Image ===

impl From<ImageShown> for Image {
    fn from(shown: ImageShown) -> Self {
        Self {
            uri: format!("{IMAGES}{}", shown.id),
            name: shown.name,
        }
    }
}
