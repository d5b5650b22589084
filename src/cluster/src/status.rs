//! What `im status` shows.

use std::time::Duration;

use im_domain::{BootId, InfId};
use im_store::{Intent, Node, Operation, Position};

/// What a node says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeReport {
    /// How many infrastructures it owns.
    pub held: u64,
    /// What runs on them.
    pub running: Vec<RunningOperation>,
    /// It takes nothing new.
    pub draining: bool,
    /// Whether it may answer from memory now.
    pub fresh: bool,
    /// Whether its leases can be reached; `None` if it uses none.
    pub leases_reachable: Option<bool>,
}

/// An operation that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningOperation {
    /// On what.
    pub id: InfId,
    /// `create`, `add` ...
    pub kind: String,
    /// For how long.
    pub age: Duration,
}

/// A node in the status of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeStatus {
    /// Its session, as stored.
    pub node: Node,
    /// What it says of itself; `None` if it does not answer, or its session is over.
    pub report: Option<NodeReport>,
}

/// An infrastructure in the status of the service.
#[derive(Clone, Debug)]
pub struct InfStatus {
    /// Where its row stands.
    pub position: Position,
    /// The boot that its row names.
    pub owner: Option<BootId>,
    /// Whether it is deleted.
    pub deleted: bool,
    /// That boot's session, if it is known.
    pub node: Option<Node>,
    /// The operations that have not ended.
    pub open_operations: Vec<Operation>,
    /// The intents of which it is not known yet what the cloud has.
    pub open_intents: Vec<Intent>,
    /// The state of this node's slot, if it has one.
    pub here: Option<&'static str>,
}
