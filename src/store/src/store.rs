//! What a place for infrastructures can do.

use async_trait::async_trait;
use im_domain::{BootId, Epoch, InfId, Infrastructure, UserKey};
use im_telemetry::metrics::PoolUse;

use crate::{Journal, JournalChange, Loaded, Position, Sessions, Standing, StoreError, Summary};

/// A place where infrastructures are kept.
///
/// # Outcomes of a write
/// A write has one of three outcomes, and no caller may confuse them: *committed* (`Ok`), *not committed*
/// ([`StoreErrorKind::is_definite`](crate::StoreErrorKind::is_definite)), or *unknown*
/// ([`StoreErrorKind::Unknown`](crate::StoreErrorKind::Unknown): the connection broke after the request was sent).
///
/// # Going away
/// A future of a write that is dropped before it is ready leaves a write of unknown outcome behind, and no lock.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Adds an infrastructure, at epoch 1 and version 1, as the property of this boot, together with these changes of
    /// its journal. Fails with `AlreadyExists` if a live row has this id; a deleted one is replaced (its epoch and
    /// version go on rising). Fails with `Repeated` if an operation was begun before under the same key of the client.
    async fn insert_with(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError>;

    /// [`Store::insert_with`] without a journal.
    async fn insert(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
    ) -> Result<Position, StoreError> {
        self.insert_with(infrastructure, me, &[]).await
    }

    /// Reads an infrastructure, deleted or not. `None` if there never was one. A row that cannot be understood fails
    /// with `Corrupt`, and harms no other row.
    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError>;

    /// Where the row of an infrastructure stands, without its contents: a look at its key, at the primary.
    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError>;

    /// Replaces the infrastructure if its row still stands at `at`, and changes its journal with it. Fails with
    /// `Conflict` (which tells where the row stands now) if it does not; then the journal is unchanged too.
    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError>;

    /// [`Store::save_with`] without a journal.
    async fn save(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
    ) -> Result<Position, StoreError> {
        self.save_with(infrastructure, at, &[]).await
    }

    /// Changes the journal of an infrastructure, and of its row the version alone, if the row still stands at `at`.
    async fn record(
        &self,
        id: &InfId,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError>;

    /// Makes the row the property of this boot: raises the epoch, if it still is `seen` and the row belongs to nobody,
    /// to this boot already, or to `from`, which must have been declared dead, or be gone. Fails with `Conflict` if
    /// not; a conflict at the epoch that was seen means that the row belongs to another boot.
    async fn acquire(
        &self,
        id: &InfId,
        seen: Epoch,
        me: &BootId,
        from: Option<&BootId>,
    ) -> Result<Position, StoreError>;

    /// Gives the row up: it belongs to nobody, and keeps its epoch. Only the epoch of `at` is asserted, and that the
    /// row is this boot's. Fails with `Conflict` if it is not.
    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError>;

    /// The ids of the live infrastructures that belong to a boot, in no order.
    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError>;

    /// The ids of the live infrastructures of any of these users, from the most recently saved to the oldest, each
    /// once. Costs what the users own, not what the service holds.
    async fn list(&self, users: &[UserKey]) -> Result<Vec<InfId>, StoreError>;

    /// The ids of all live infrastructures, most recently saved first (administrators).
    async fn list_all(&self) -> Result<Vec<InfId>, StoreError>;

    /// How many live infrastructures there are.
    async fn count(&self) -> Result<u64, StoreError> {
        let all = self.list_all().await?;
        Ok(u64::try_from(all.len()).unwrap_or(u64::MAX))
    }

    /// What statistics need of the infrastructures of these users (`None`: of all), deleted ones too, in the order of
    /// [`Store::list`]. Rows that cannot be understood are left out and reported to the log by their id.
    async fn summaries(&self, users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError>;

    /// Deletes for good the rows of deleted infrastructures created before the moment, in seconds of the epoch, with
    /// their journals; counts them only if `dry_run`. Answers how many. Where the moment of creation is not known,
    /// that of the last save counts.
    async fn purge(&self, created_before: i64, dry_run: bool) -> Result<u64, StoreError>;

    /// A cheap question that fails when the store cannot answer.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Whether the last question was answered, as far as anybody looks. Asks nobody.
    fn is_reachable(&self) -> bool {
        true
    }

    /// What it is, by the names of OpenTelemetry: `sqlite`, `mysql`.
    fn system(&self) -> &'static str {
        "other_sql"
    }

    /// How its connections are used now. Asks nobody.
    fn pools(&self) -> Vec<PoolUse> {
        Vec::new()
    }
}

/// One database: infrastructures, the sessions of the nodes that share them, and their journal.
pub trait Database: Store + Sessions + Journal {}

impl<T: Store + Sessions + Journal> Database for T {}
