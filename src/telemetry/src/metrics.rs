//! What the service counts and measures, for Prometheus.
//!
//! Each metric is declared once, in the file of its group, by the macro [`declare::metrics`]: its name, its labels, and
//! as its documentation the help that scrapers get. The table of the README is made from the same declarations.
//!
//! # How rooms use it
//! A room is handed the groups that it moves, and calls their methods; it never names a metric or a label. A group
//! that is made by `Default` belongs to nobody: it counts, and nobody sees it, which is what tests of other things
//! want. [`Metrics`] holds one of each and shows them all. There is no registry of the process: tests run several
//! nodes in one.
//!
//! That rooms know this one, and not each a trait of its own that somebody implements for them, is on purpose: it is a
//! leaf without I/O, handles are a pointer to an atomic number, and a trait a room would say the same names twice.
//!
//! # Labels are bounded
//! The values of labels are `&'static str`, words of this program, or the number of an HTTP status: nothing that a
//! request brings can become one. Paths are counted by their template, machines by the types of cloud that the
//! registry knows.
//!
//! # What it costs
//! A counter without labels is one atomic addition. One with labels is found by a hash of its values under a lock for
//! reading, without an allocation. What would cost more is looked at when somebody scrapes.

mod buckets;
mod build;
mod cache;
mod clouds;
mod cluster;
mod declare;
mod document;
mod forwards;
mod infrastructures;
mod leases;
mod operations;
mod redis;
mod requests;
mod sessions;
mod set;
mod store;

pub use build::BuildMetrics;
pub use cache::{CacheMetrics, Evicted};
pub use clouds::CloudMetrics;
pub use cluster::ClusterMetrics;
pub use document::metrics_markdown;
pub use forwards::{ForwardMetrics, Forwarded};
pub use infrastructures::{InfrastructureMetrics, Tally};
pub use leases::{GivenBack, LeaseMetrics, LostBy, TakenFrom};
pub use operations::OperationMetrics;
pub use redis::RedisMetrics;
pub use requests::{Api, ApiRequests, InFlight, RequestMetrics, RouteName};
pub use sessions::{Beat, SessionMetrics};
pub use set::{CONTENT_TYPE, Metrics, RenderError};
pub use store::{PoolUse, StoreMetrics};
