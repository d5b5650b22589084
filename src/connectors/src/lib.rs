//! Clouds: the trait [`Connector`], one folder a type of cloud, and the layers around them.
//!
//! The contract between the service and a cloud. `manager` asks; a connector answers for one cloud with one line of
//! credentials. A connector never imports another connector, a store or a lease, and never retries, times out, counts
//! or logs by itself: that is what the layers in [`layers`] do for all of them. A new cloud is one new folder and one
//! line in [`registry`].

pub mod capability;
pub mod connector;
pub mod dummy;
pub mod error;
pub mod layers;
pub mod registry;
pub mod request;

pub use capability::{Capability, CreateIdempotency};
pub use connector::Connector;
pub use error::{ConnectorError, ErrorKind, Retry};
pub use registry::{CloudLine, Registry};
pub use request::{
    CloudVm, Image, ImageFilter, LaunchRequest, Launched, Observed, Quota, Quotas, Snapshot, Tag,
};
