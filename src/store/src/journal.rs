//! What was begun: operations and their intents, written before the clouds are asked.
//!
//! The journal of an infrastructure changes only together with its row, in one transaction that asserts the row's epoch
//! and version ([`Store::save_with`](crate::Store::save_with)); so who has lost the row cannot write to the journal
//! either, and a new owner reads all that was ever begun.

mod change;
mod intent;
mod operation;
pub(crate) mod read;

use std::time::Duration;

use async_trait::async_trait;
use im_domain::{InfId, OperationId, UserKey};

use crate::{StoreError, StoreErrorKind};

pub use change::JournalChange;
pub use intent::{Intent, IntentAction, IntentState, NewIntent};
pub use operation::{Idempotency, NewOperation, Operation, OperationKind, OperationState, Sealed};

/// Which operations.
#[derive(Clone, Copy, Debug)]
pub enum OperationsOf<'a> {
    /// Those whose boot is dead, gone or unknown.
    DeadBoots,
    /// Those of one infrastructure.
    Infrastructure(&'a InfId),
    /// All.
    All,
}

/// Reading the journal.
#[async_trait]
pub trait Journal: Send + Sync {
    /// The operations that have not ended, the oldest first. One that cannot be understood (a newer release began it)
    /// fails with `Corrupt` if those of its infrastructure are asked for; otherwise it is left out and reported to the
    /// log.
    async fn open_operations(&self, of: OperationsOf<'_>) -> Result<Vec<Operation>, StoreError>;

    /// An operation, ended or not.
    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError>;

    /// The operation that a user began under a key of its own.
    async fn operation_by_key(
        &self,
        user: &UserKey,
        key: &str,
    ) -> Result<Option<Operation>, StoreError>;

    /// All intents of an infrastructure, by number. One that cannot be understood fails with `Corrupt`.
    async fn intents(&self, inf: &InfId) -> Result<Vec<Intent>, StoreError>;

    /// Deletes operations that ended this long ago, with their intents. Answers how many operations. The numbers and
    /// tokens of deleted intents must not be used again: number intents by something that never comes back, such as
    /// the version of the row that they are committed with.
    async fn tidy_journal(&self, ended_for: Duration) -> Result<u64, StoreError>;
}

/// Rows of the journal that cannot be understood.
pub(crate) fn corrupt(inf: Option<&InfId>, error: &sqlx::Error) -> StoreError {
    StoreError::new(
        StoreErrorKind::Corrupt,
        inf,
        format!("the journal cannot be read: {error}"),
    )
}
