//! What an error of the server or of the connection to it means to a caller.

use std::borrow::Borrow;

use im_domain::InfId;
use sqlx::Error;
use sqlx::mysql::MySqlDatabaseError;

use crate::{StoreError, StoreErrorKind};

/// The transaction lost against another one (a deadlock, a wait for a lock that took too long, the certification of a
/// Galera or replication group, a snapshot that is too old): it was rolled back and may be tried again.
const LOST_AGAINST_ANOTHER: [u16; 4] = [1205, 1213, 3101, 1020];

/// Errors of a statement that commits by itself, or of a commit, after which it may have been committed all the same:
/// an error during the commit, of a hook or of the log, an interrupt, a server that shuts down, one that it cannot name.
const IN_DOUBT: [u16; 8] = [1053, 1105, 1180, 1196, 1317, 1598, 1927, 3100];

/// What may be over at the next try: too many connections or users, a full disk or table, a server that shuts down, is
/// read only, or not part of its cluster, a statement that was interrupted.
const PASSING: [u16; 19] = [
    1020, 1021, 1040, 1041, 1047, 1053, 1114, 1129, 1135, 1203, 1205, 1213, 1226, 1290, 1317, 1836,
    1927, 1969, 3101,
];

/// A key or a token is there already.
const DUPLICATE: u16 = 1062;

/// What became of a statement or a commit that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Rolled back for the sake of another one: try again.
    Lost,
    /// Not done, as the server says, and the connection goes on.
    Refused,
    /// The connection is of no use any more, or the answer leaves a doubt.
    Doubtful,
}

/// The fate of a statement or a commit.
pub(super) fn fate(error: &Error) -> Fate {
    match number(error) {
        Some(number) if LOST_AGAINST_ANOTHER.contains(&number) => Fate::Lost,
        Some(number) if IN_DOUBT.contains(&number) => Fate::Doubtful,
        Some(_) => Fate::Refused,
        None => match error {
            // A row that came, and could not be read or was not there.
            Error::RowNotFound | Error::ColumnDecode { .. } | Error::Decode(_) => Fate::Refused,
            Error::ColumnNotFound(_) => Fate::Refused,
            _ => Fate::Doubtful,
        },
    }
}

/// Whether a key or a token was there already.
pub(super) fn is_duplicate(error: &Error) -> bool {
    number(error) == Some(DUPLICATE)
}

/// Whether a lock was not to be had in time.
pub(super) fn is_lock_wait(error: &Error) -> bool {
    number(error) == Some(1205)
}

/// The server's number of an error.
pub(super) fn number(error: &Error) -> Option<u16> {
    let error = error.as_database_error()?;
    Some(error.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

/// A question, or a write that was not made, failed.
pub(super) fn failed(id: Option<&InfId>, what: &str, error: impl Borrow<Error>) -> StoreError {
    let error = error.borrow();
    StoreError::new(kind(error), id, format!("{what}: {error}"))
}

/// Nothing was written, and there was no time for another try.
pub(super) fn too_late(id: Option<&InfId>, what: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unavailable,
        id,
        format!("the database did not answer in time: {what}"),
    )
}

/// A write was sent, and what became of it is not known.
pub(super) fn unknown(id: Option<&InfId>, why: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unknown,
        id,
        format!(
            "a change was sent to the database, and it is not known whether it was made: {why}"
        ),
    )
}

fn kind(error: &Error) -> StoreErrorKind {
    match number(error) {
        Some(number) if PASSING.contains(&number) => StoreErrorKind::Unavailable,
        Some(_) => StoreErrorKind::Other,
        None => match error {
            Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => {
                StoreErrorKind::Unavailable
            }
            _ => StoreErrorKind::Other,
        },
    }
}
