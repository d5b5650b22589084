//! How this node is, without asking anybody.

use crate::Manager;

/// How this node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// It is about to end and gives what it owns to other nodes: send new work elsewhere.
    pub draining: bool,
    /// The last question to the database was answered.
    pub database: bool,
    /// The database confirms its session: it may answer from memory.
    pub session: bool,
    /// Whether the leases can be reached; `None` if it uses none. Without them everything goes on, slower.
    pub leases: Option<bool>,
}

impl Manager {
    /// How this node is, as far as it knows now. Asks neither the database nor anybody else.
    pub fn health(&self) -> Health {
        let cluster = &self.inner.cluster;
        Health {
            draining: cluster.is_draining(),
            database: cluster.store().is_reachable(),
            session: cluster.life().is_fresh(),
            leases: cluster.leases_reachable(),
        }
    }
}
