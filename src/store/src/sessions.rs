//! Which nodes live: one row for each boot, that its node keeps beating.
//!
//! The moments in the rows come from the clock of the database and are for people. Whether a node lives is decided by
//! its *beat*, a number: who sees the same number for long enough, by a monotonic clock of its own, may end the session
//! with [`Sessions::declare_dead`]. From then on [`Sessions::beat`] answers `false` to that boot, for ever: no call
//! leads from *dead* or *gone* back to life. A boot of which there is no row is dead too; rows are deleted only when
//! they are dead or gone and nothing belongs to their boot.

pub(crate) mod read;

use std::time::Duration;

use async_trait::async_trait;
use im_domain::BootId;

use crate::StoreError;

/// What a node tells of itself when it enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    /// Its life.
    pub boot: BootId,
    /// Its name, the same in each of its lives.
    pub name: String,
    /// Where the other nodes reach it, as `host:port`; empty if it is alone.
    pub peer_addr: String,
    /// The option `BOOT_MODE`.
    pub boot_mode: u8,
    /// The release that it runs.
    pub version: String,
}

/// How far the life of a node has come. It goes on in this order, and never back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeState {
    /// It works.
    Alive,
    /// It gives up what it owns, and beats on.
    Draining,
    /// It ended by itself, and owned nothing that it cared for.
    Gone,
    /// Others found that it beats no more.
    Dead,
}

/// The row of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it told of itself.
    pub row: NodeRow,
    /// How far its life has come.
    pub state: NodeState,
    /// Raised by each beat.
    pub beat: u64,
    /// How long ago it entered, by the database's clock.
    pub entered_ago: Duration,
    /// How long ago it beat last, by the database's clock.
    pub seen_ago: Duration,
}

/// The sessions of the nodes.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Begins a session, alive, at beat 1. Fails with `AlreadyExists` if this boot entered before.
    async fn enter(&self, node: &NodeRow) -> Result<(), StoreError>;

    /// Raises the beat. `false`: this boot was declared dead, or is gone. The session lasts from *before this was
    /// called*; after an error it is not prolonged.
    async fn beat(&self, boot: &BootId) -> Result<bool, StoreError>;

    /// All sessions, by name and then from the oldest to the newest.
    async fn nodes(&self) -> Result<Vec<Node>, StoreError>;

    /// Ends the session of a boot that has not beaten since `seen_beat` was seen. `false`: it has, or had ended before.
    async fn declare_dead(&self, boot: &BootId, seen_beat: u64) -> Result<bool, StoreError>;

    /// Tells that a session drains or is over. `false`: it had ended before, or had come further.
    async fn set_state(&self, boot: &BootId, state: NodeState) -> Result<bool, StoreError>;

    /// Deletes the rows of boots that are dead or gone, were not seen for this long, and own nothing. Answers how many.
    async fn tidy_nodes(&self, unseen_for: Duration) -> Result<u64, StoreError>;

    /// A random name that the database has for life; tokens are made with it.
    async fn cluster_id(&self) -> Result<String, StoreError>;
}

// === impl NodeState ===

impl NodeState {
    const ALL: [Self; 4] = [Self::Alive, Self::Draining, Self::Gone, Self::Dead];

    /// The word in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Draining => "draining",
            Self::Gone => "gone",
            Self::Dead => "dead",
        }
    }

    /// From the word in the row.
    pub(crate) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether its boot may own something.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Gone | Self::Dead)
    }
}
