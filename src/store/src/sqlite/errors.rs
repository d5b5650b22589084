//! What an error of SQLite means to a caller.

use std::borrow::Borrow;

use im_domain::InfId;
use sqlx::Error;

use crate::{StoreError, StoreErrorKind};

/// The primary result code of a lock that another process holds.
const BUSY: i32 = 5;

/// Primary result codes of what may be over at the next try: locks, memory, disk, permissions.
const PASSING: [i32; 8] = [BUSY, 6, 7, 8, 9, 10, 13, 14];

/// A question, or a write that was rolled back, failed.
pub(super) fn failed(id: Option<&InfId>, what: &str, error: impl Borrow<Error>) -> StoreError {
    let error = error.borrow();
    let kind = if is_passing(error) {
        StoreErrorKind::Unavailable
    } else {
        StoreErrorKind::Other
    };
    StoreError::new(kind, id, format!("{what}: {error}"))
}

/// The store did not answer in time, and nothing was written.
pub(super) fn too_late(id: Option<&InfId>, what: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unavailable,
        id,
        format!("the database did not answer in time: {what}"),
    )
}

/// Whether the error of a commit means that nothing was committed: the lock was not to be had. With any other (the
/// disk, for one) the end of the transaction may be in the log of the file or not.
pub(super) fn is_uncommitted(error: &Error) -> bool {
    code(error) == Some(BUSY)
}

fn is_passing(error: &Error) -> bool {
    match error {
        Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Io(_) => true,
        // The writer's connection could not be made again.
        Error::Configuration(_) => true,
        other => code(other).is_some_and(|code| PASSING.contains(&code)),
    }
}

/// The primary result code: extended ones have it in their lowest byte.
fn code(error: &Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
