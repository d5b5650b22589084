//! The trait that every type of cloud implements.

use std::collections::BTreeMap;

use async_trait::async_trait;
use im_domain::{CloudInfo, InfId};
use im_radl::{Radl, System};

use crate::{
    Capability, CloudVm, ConnectorError, Image, ImageFilter, LaunchRequest, Launched, Observed,
    Quotas, Snapshot, estimate,
};

/// One cloud, reached with one line of credentials.
///
/// Every call is one attempt, bounded in time by the layers. Calls that change something are told apart by what a
/// repeat does: a repeated `stop`, `start`, `finalize` or `delete_image` succeeds and changes nothing more; `launch`
/// is idempotent if [`Capability::create_idempotency`] says so; a repeated `reboot`, `alter` or `snapshot` happens
/// again. [`Operation::is_repeatable`](crate::Operation::is_repeatable) says the same as data.
///
/// A future may be dropped at any await; what it had begun may then have happened or not.
#[async_trait]
pub trait Connector: Send + Sync + std::fmt::Debug {
    /// The cloud as it is remembered with a machine.
    fn cloud(&self) -> &CloudInfo;

    /// What this type of cloud can do; asked before an operation is tried.
    fn capability(&self) -> Capability;

    /// The address that estimates show, as `https://server:5000`.
    fn endpoint(&self) -> String {
        estimate::endpoint(self.cloud(), "http", 80)
    }

    /// The systems that this cloud can launch for a requested one: one for each image of it that belongs to this
    /// cloud, in the order of the document, with the values that the cloud decides (`provider.type`, instance type
    /// ...) and the wishes that it can grant. Empty if the request names no image of this cloud.
    async fn concretize(&self, requested: &System) -> Result<Vec<System>, ConnectorError>;

    /// Launches one machine.
    async fn launch(&self, request: &LaunchRequest) -> Result<Launched, ConnectorError>;

    /// What the cloud knows of a machine now. A machine that the cloud does not know (any more) is `off`.
    async fn status(&self, vm: &CloudVm) -> Result<Observed, ConnectorError>;

    /// Stops a running machine so that it can be started again.
    async fn stop(&self, vm: &CloudVm) -> Result<(), ConnectorError>;

    /// Starts a stopped machine.
    async fn start(&self, vm: &CloudVm) -> Result<(), ConnectorError>;

    /// Restarts a running machine. A stopped one stays stopped.
    async fn reboot(&self, vm: &CloudVm) -> Result<(), ConnectorError>;

    /// Changes the size of a machine (CPU, memory, further disks) to what the document's system of the same name asks
    /// for; answers what the machine is afterwards.
    async fn alter(&self, vm: &CloudVm, wanted: &Radl) -> Result<Observed, ConnectorError>;

    /// Removes a machine and what was made for it alone; `last` also what was made for the infrastructure. A machine
    /// that is gone already is removed.
    async fn finalize(&self, vm: &CloudVm, last: bool) -> Result<(), ConnectorError>;

    /// Makes an image of a disk.
    async fn snapshot(&self, vm: &CloudVm, snapshot: &Snapshot) -> Result<Image, ConnectorError>;

    /// Deletes an image that [`Connector::snapshot`] made. An image that is gone already is deleted.
    async fn delete_image(&self, uri: &str) -> Result<(), ConnectorError>;

    /// The images that can be launched, in the cloud's order.
    async fn list_images(&self, filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError>;

    /// How much may be used, and is, by resource.
    async fn quotas(&self) -> Result<Quotas, ConnectorError>;

    /// Machines that this service launched for an infrastructure and that still exist, by the idempotency token each
    /// was launched with (recovery after a lost answer). Empty for clouds that keep no token.
    async fn find_by_token(
        &self,
        inf: &InfId,
    ) -> Result<BTreeMap<String, Launched>, ConnectorError>;
}
