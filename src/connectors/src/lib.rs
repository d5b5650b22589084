//! Clouds: the trait [`Connector`], one folder a type of cloud, and the layers around them.
//!
//! The contract between the service and a cloud. `manager` asks; a connector answers for one cloud with one line of
//! credentials. A connector never imports another connector, a store or a lease, and never retries, times out, counts
//! or logs by itself: that is what the layers in [`layers`] do for all of them. A new cloud is one new folder and one
//! line in [`registry`].

pub mod capability;
mod cloud_line;
mod concretize;
pub mod connector;
pub mod dummy;
pub mod error;
pub mod estimate;
mod faults;
mod host;
pub mod layers;
pub mod operation;
pub mod registry;
pub mod request;
#[cfg(feature = "simulated")]
pub mod simulated;

pub use capability::{Capability, CreateIdempotency};
pub use cloud_line::CloudLine;
pub use connector::Connector;
pub use dummy::DummySettings;
pub use error::{ConnectorError, ErrorKind, Retry};
pub use estimate::{CloudEstimate, ComputeEstimate, StorageEstimate};
pub use faults::Faults;
pub use layers::LayerSettings;
pub use operation::Operation;
pub use registry::{CloudType, Registry, RegistrySettings};
pub use request::{
    CloudVm, Image, ImageFilter, LaunchRequest, Launched, Observed, Quota, Quotas, Snapshot, Tag,
};
