//! What a node moves as one of many.

use super::{CacheMetrics, ForwardMetrics, InfrastructureMetrics, LeaseMetrics, SessionMetrics};

/// What a node moves as one of many.
#[derive(Clone, Debug, Default)]
pub struct ClusterMetrics {
    /// Infrastructures and their machines.
    pub infrastructures: InfrastructureMetrics,
    /// Who owns what.
    pub leases: LeaseMetrics,
    /// Infrastructures in memory.
    pub cache: CacheMetrics,
    /// The session of the node.
    pub session: SessionMetrics,
    /// Requests that are sent on.
    pub forwards: ForwardMetrics,
}
