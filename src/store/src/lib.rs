//! Where infrastructures are kept: the trait [`Store`] and its backends.
//!
//! The store is the truth. It knows infrastructures as rows and checks on every write, in the same transaction, that
//! the writer still owns the row (`epoch`) and has seen its last state (`version`). It does not know who runs where,
//! and keeps nothing in memory but connections. Only `cluster` writes through it; `manager` reads lists and
//! statistics.

pub mod error;
mod open;
pub mod row;
mod sqlite;

use async_trait::async_trait;
use im_domain::{Epoch, InfId, Infrastructure, UserKey};

pub use error::{StoreError, StoreErrorKind};
pub use open::open;
pub use row::{Loaded, Position, Summary};

/// A place where infrastructures are kept.
///
/// # Outcomes of a write
/// A write has one of three outcomes, and no caller may confuse them: *committed* (`Ok`), *not committed*
/// ([`StoreErrorKind::is_definite`]), or *unknown* ([`StoreErrorKind::Unknown`]: the connection broke after the
/// request was sent).
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Adds an infrastructure, at epoch 1 and version 1. Fails with `AlreadyExists` if a live row has this id; a
    /// deleted one is replaced (its epoch and version go on rising).
    async fn insert(&self, infrastructure: &Infrastructure) -> Result<Position, StoreError>;

    /// Reads an infrastructure, deleted or not. `None` if there never was one. A row that cannot be understood fails
    /// with `Corrupt`, and harms no other row.
    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError>;

    /// Replaces the infrastructure if its row still stands at `at`. Fails with `Conflict` (which tells where the row
    /// stands now) if it does not.
    async fn save(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
    ) -> Result<Position, StoreError>;

    /// Makes the row this process' own: raises the epoch, if it still is `seen`. Fails with `Conflict` if it is not.
    async fn acquire(&self, id: &InfId, seen: Epoch) -> Result<Position, StoreError>;

    /// The ids of the live infrastructures of any of these users, from the most recently saved to the oldest, each
    /// once. Costs what the users own, not what the service holds.
    async fn list(&self, users: &[UserKey]) -> Result<Vec<InfId>, StoreError>;

    /// The ids of all live infrastructures, most recently saved first (administrators).
    async fn list_all(&self) -> Result<Vec<InfId>, StoreError>;

    /// What statistics need of the infrastructures of these users (`None`: of all), deleted ones too, in the order of
    /// [`Store::list`]. Rows that cannot be understood are left out and reported to the log by their id.
    async fn summaries(&self, users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError>;

    /// Deletes for good the rows of deleted infrastructures created before the moment, in seconds of the epoch; counts
    /// them only if `dry_run`. Answers how many. Where the moment of creation is not known, that of the last save
    /// counts.
    async fn purge(&self, created_before: i64, dry_run: bool) -> Result<u64, StoreError>;

    /// A cheap question that fails when the store cannot answer.
    async fn ping(&self) -> Result<(), StoreError>;
}
