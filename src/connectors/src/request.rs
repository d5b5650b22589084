//! What goes to a cloud and what comes back.

use std::collections::BTreeMap;
use std::sync::Arc;

use im_domain::{InfId, Vm, VmId, VmState};
use im_radl::Radl;
use serde::Serialize;

/// One machine to be launched.
#[derive(Clone, Debug)]
pub struct LaunchRequest {
    /// The infrastructure it is for.
    pub inf: InfId,
    /// Its number there.
    pub vm: VmId,
    /// Makes a repeat recognisable: lower case letters and digits, at most 26, usable as a DNS label.
    pub token: String,
    /// The name it gets, from `DEFAULT_VM_NAME` or the document.
    pub name: String,
    /// Its system (concretized for this cloud, exactly one), networks and the rest of its document.
    pub radl: Arc<Radl>,
    /// Tags to be put on it where the cloud has tags.
    pub tags: Vec<Tag>,
}

/// A tag of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Name of the tag.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A machine that was launched.
#[derive(Clone, Debug, PartialEq)]
pub struct Launched {
    /// Its id in the cloud.
    pub cloud_vm_id: String,
    /// What is known of it at once.
    pub observed: Observed,
}

/// A machine as a cloud knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Its state: never `configured` or `unconfigured`, which clouds do not know.
    pub state: VmState,
    /// The whole of its document: that of the call ([`LaunchRequest::radl`], or `info` of [`CloudVm::vm`]) with what
    /// the cloud knows laid over it: addresses, devices, credentials, instance type. Everything else is as it was,
    /// so it can replace the remembered one. The same pointer if nothing is new.
    pub radl: Arc<Radl>,
}

/// A machine in calls about it.
#[derive(Clone, Debug)]
pub struct CloudVm {
    /// The infrastructure it belongs to.
    pub inf: InfId,
    /// What is remembered of it; `cloud_vm_id` is its id in the cloud.
    pub vm: Arc<Vm>,
}

/// A snapshot to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Number of the disk.
    pub disk: i64,
    /// Name of the image.
    pub name: String,
    /// Whether the image is deleted with the infrastructure.
    pub auto_delete: bool,
}

/// An image of a cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its address, as `disk.0.image.url` takes it.
    pub uri: String,
    /// Its name.
    pub name: String,
}

/// Conditions on images, by the cloud's own names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageFilter {
    /// Name and value, all of which must hold.
    pub conditions: Vec<(String, String)>,
}

/// How much of a resource may be used, and is; -1 is unlimited or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// In use.
    pub used: i64,
    /// Allowed.
    pub limit: i64,
}

/// Quotas by resource: `cores`, `ram` (GiB), `instances`, `floating_ips`, `security_groups`, ...
pub type Quotas = BTreeMap<String, Quota>;
