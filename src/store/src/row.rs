//! What the store answers besides infrastructures themselves.

use im_domain::{BootId, Epoch, InfId, Infrastructure, Owner, UserKey, Version};

/// Where a row stands: who may write next, and what it must have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Raised by every change of owner.
    pub epoch: Epoch,
    /// Raised by every committed write.
    pub version: Version,
}

/// A row that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The infrastructure.
    pub infrastructure: Infrastructure,
    /// Where its row stood.
    pub position: Position,
    /// The boot whose property the row was; `None`: nobody's.
    pub owner: Option<BootId>,
}

/// Where the row of an infrastructure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its epoch and version.
    pub position: Position,
    /// The boot whose property it is; `None`: nobody's.
    pub owner: Option<BootId>,
    /// Whether the infrastructure is deleted.
    pub deleted: bool,
}

/// An infrastructure for statistics.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Its id.
    pub id: InfId,
    /// The infrastructure as stored.
    pub infrastructure: Infrastructure,
    /// When it was last saved, in seconds of the epoch. Only the day is known of rows of release 1.19 in SQLite.
    pub last_saved: Option<i64>,
}

// === impl Position ===

impl Position {
    /// A place in the life of a row.
    pub fn new(epoch: u64, version: u64) -> Self {
        Self {
            epoch: Epoch(epoch),
            version: Version(version),
        }
    }

    /// Where the row stands after one more change of it.
    pub(crate) fn next(self) -> Self {
        Self {
            version: Version(self.version.0.saturating_add(1)),
            ..self
        }
    }
}

/// The keys under which owners find what they own, each once.
pub(crate) fn keys_of(owners: &[Owner]) -> Vec<UserKey> {
    let mut keys: Vec<UserKey> = owners
        .iter()
        .map(|owner| owner.identity().user_key())
        .collect();
    keys.sort();
    keys.dedup();
    keys
}
