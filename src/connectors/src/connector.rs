//! The trait that every type of cloud implements.

use std::collections::BTreeMap;

use async_trait::async_trait;
use im_domain::CloudInfo;
use im_radl::{Radl, System};

use crate::{
    Capability, CloudVm, ConnectorError, Image, ImageFilter, LaunchRequest, Launched, Observed,
    Quotas, Snapshot,
};

/// One cloud, reached with one line of credentials.
///
/// Every call is one attempt, bounded in time by the layers. Calls that change something are told apart by what a
/// repeat does: `stop`, `start`, `finalize` and `delete_image` are idempotent (what is gone already is success);
/// `launch` is idempotent if [`Capability::create_idempotency`] says so.
#[async_trait]
pub trait Connector: Send + Sync + std::fmt::Debug {
    /// The cloud as it is remembered with a machine.
    fn cloud(&self) -> &CloudInfo;

    /// What this type of cloud can do; asked before an operation is tried.
    fn capability(&self) -> Capability;

    /// The systems that this cloud can launch for a requested one: one for each image of it that belongs to this
    /// cloud, with the values that the cloud decides (`provider.type`, instance type ...) added. Empty if the request
    /// names no image of this cloud.
    async fn concretize(&self, requested: &System) -> Result<Vec<System>, ConnectorError>;

    /// Launches one machine.
    async fn launch(&self, request: &LaunchRequest) -> Result<Launched, ConnectorError>;

    /// What the cloud knows of a machine now. A machine that the cloud does not know (any more) is `off`.
    async fn status(&self, vm: &CloudVm) -> Result<Observed, ConnectorError>;

    /// Stops a running machine so that it can be started again.
    async fn stop(&self, vm: &CloudVm) -> Result<(), ConnectorError>;

    /// Starts a stopped machine.
    async fn start(&self, vm: &CloudVm) -> Result<(), ConnectorError>;

    /// Restarts a running machine.
    async fn reboot(&self, vm: &CloudVm) -> Result<(), ConnectorError>;

    /// Changes the size of a machine (CPU, memory, further disks) to what the document asks for; answers what the
    /// machine is afterwards.
    async fn alter(&self, vm: &CloudVm, wanted: &Radl) -> Result<Observed, ConnectorError>;

    /// Removes a machine and what was made for it alone; `last` also what was made for the infrastructure.
    async fn finalize(&self, vm: &CloudVm, last: bool) -> Result<(), ConnectorError>;

    /// Makes an image of a disk.
    async fn snapshot(&self, vm: &CloudVm, snapshot: &Snapshot) -> Result<Image, ConnectorError>;

    /// Deletes an image that [`Connector::snapshot`] made.
    async fn delete_image(&self, uri: &str) -> Result<(), ConnectorError>;

    /// The images that can be launched, in the cloud's order.
    async fn list_images(&self, filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError>;

    /// How much may be used, and is, by resource.
    async fn quotas(&self) -> Result<Quotas, ConnectorError>;

    /// Machines that this service launched for an infrastructure, by the idempotency token each was launched with
    /// (recovery after a lost answer). Empty for clouds that keep no token.
    async fn find_by_token(&self, inf: &str) -> Result<BTreeMap<String, Launched>, ConnectorError>;
}
