//! The statements of one change, inside the transaction of the writer.
//!
//! The check of epoch and version is part of the statement that writes, and the index of owners changes in the same
//! transaction. A change that is refused has written nothing.

use im_domain::{Epoch, InfId, Infrastructure, stored};
use sqlx::sqlite::SqliteRow;
use sqlx::{Error, Row as _, SqliteConnection};

use super::{foreign, owners, purge};
use crate::{Position, StoreError, StoreErrorKind};

/// A change that the writer is asked for.
#[derive(Debug)]
pub(super) enum Change {
    /// A new infrastructure.
    Insert(Row),
    /// The next state of one, if its row still stands where it was seen.
    Save(Row, Position),
    /// A new owner process.
    Acquire(InfId, Epoch),
    /// Indexes a row that another program wrote.
    Adopt(InfId),
    /// Deletes old rows of deleted infrastructures.
    Purge {
        /// In seconds of the epoch.
        created_before: i64,
        /// Count only.
        dry_run: bool,
    },
}

/// An infrastructure as its row has it.
pub(super) struct Row {
    id: InfId,
    deleted: bool,
    data: String,
    auth: String,
    keys: String,
}

/// What a change came to.
#[derive(Debug)]
pub(super) enum Done {
    /// Where the row stands now.
    At(Position),
    /// How many rows.
    Count(u64),
    /// Nothing was written, for this reason.
    Refused(StoreError),
}

/// Machines that are printed in some milliseconds.
const MANY_VMS: usize = 200;

/// A replaced row gets the highest number: release 1.19 lists by it, from the highest to the lowest.
const INSERT: &str = "INSERT INTO inf_list(id, deleted, date, data, auth, epoch, version, saved_at) \
     VALUES(?1, ?2, date('now'), ?3, ?4, 1, 1, unixepoch()) \
     ON CONFLICT(id) DO UPDATE SET rowid = (SELECT max(rowid) + 1 FROM inf_list), deleted = excluded.deleted, \
     date = excluded.date, data = excluded.data, auth = excluded.auth, epoch = inf_list.epoch + 1, \
     version = inf_list.version + 1, owner_boot = NULL, owner_since = NULL, saved_at = excluded.saved_at \
     WHERE inf_list.deleted <> 0 RETURNING epoch, version";

/// The usual save: the owners are the same, so the index of owners is right already.
const SAVE: &str = "UPDATE inf_list SET rowid = (SELECT max(rowid) + 1 FROM inf_list), date = date('now'), data = ?4, \
     version = version + 1, saved_at = unixepoch() \
     WHERE id = ?1 AND epoch = ?2 AND version = ?3 AND deleted = ?5 AND auth = ?6 RETURNING epoch, version";

/// A save that changes owners, or that deletes.
const SAVE_ALL: &str = "UPDATE inf_list SET rowid = (SELECT max(rowid) + 1 FROM inf_list), date = date('now'), data = ?4, \
     version = version + 1, saved_at = unixepoch(), deleted = ?5, auth = ?6 \
     WHERE id = ?1 AND epoch = ?2 AND version = ?3 RETURNING epoch, version";

const ACQUIRE: &str = "UPDATE inf_list SET epoch = epoch + 1, owner_since = strftime('%Y-%m-%d %H:%M:%f', 'now') \
     WHERE id = ?1 AND epoch = ?2 RETURNING epoch, version";

// === impl Change ===

impl Change {
    /// The infrastructure that it is about.
    pub(super) fn id(&self) -> Option<&InfId> {
        match self {
            Self::Insert(row) | Self::Save(row, _) => Some(&row.id),
            Self::Acquire(id, _) | Self::Adopt(id) => Some(id),
            Self::Purge { .. } => None,
        }
    }

    /// Runs its statements.
    pub(super) async fn run(&self, connection: &mut SqliteConnection) -> Result<Done, Error> {
        match self {
            Self::Insert(row) => insert(connection, row).await,
            Self::Save(row, at) => save(connection, row, *at).await,
            Self::Acquire(id, seen) => acquire(connection, id, *seen).await,
            Self::Adopt(id) => {
                foreign::adopt_changed(connection, Some(id.as_str())).await?;
                Ok(Done::Count(1))
            }
            Self::Purge {
                created_before,
                dry_run,
            } => purge::run(connection, *created_before, *dry_run)
                .await
                .map(Done::Count),
        }
    }
}

// === impl Row ===

impl Row {
    /// The row of an infrastructure. A large one is printed where it holds nobody up.
    pub(super) async fn of(infrastructure: &Infrastructure) -> Result<Self, StoreError> {
        if infrastructure.vms.len() <= MANY_VMS {
            return Ok(Self::print(infrastructure));
        }
        let copy = infrastructure.clone();
        tokio::task::spawn_blocking(move || Self::print(&copy))
            .await
            .map_err(|error| {
                let context = "an infrastructure could not be printed, and nothing was written";
                StoreError::new(StoreErrorKind::Other, Some(&infrastructure.id), context)
                    .caused_by(error)
            })
    }

    fn print(infrastructure: &Infrastructure) -> Self {
        Self {
            id: infrastructure.id.clone(),
            deleted: infrastructure.deleted,
            data: stored::write(infrastructure),
            auth: stored::write_owners(&infrastructure.owners),
            keys: owners::keys_of(&infrastructure.owners),
        }
    }
}

/// The columns have passwords in clear.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("id", &self.id)
            .field("deleted", &self.deleted)
            .finish_non_exhaustive()
    }
}

async fn insert(connection: &mut SqliteConnection, row: &Row) -> Result<Done, Error> {
    let id = row.id.as_str();
    let written = sqlx::query(INSERT)
        .bind(id)
        .bind(row.deleted)
        .bind(&row.data)
        .bind(&row.auth)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(written) = written else {
        return Ok(Done::Refused(StoreError::new(
            StoreErrorKind::AlreadyExists,
            Some(&row.id),
            format!("there is an infrastructure {id} already"),
        )));
    };
    let position = position(&written)?;
    if position == Position::new(1, 1) {
        owners::add(connection, id, &row.keys, row.deleted).await?;
    } else {
        owners::replace(connection, id, &row.keys, row.deleted).await?;
    }
    Ok(Done::At(position))
}

async fn save(connection: &mut SqliteConnection, row: &Row, at: Position) -> Result<Done, Error> {
    if let Some(position) = update(connection, SAVE, row, at).await? {
        return Ok(Done::At(position));
    }
    match update(connection, SAVE_ALL, row, at).await? {
        Some(position) => {
            owners::replace(connection, row.id.as_str(), &row.keys, row.deleted).await?;
            Ok(Done::At(position))
        }
        None => conflict(connection, &row.id).await,
    }
}

async fn update(
    connection: &mut SqliteConnection,
    statement: &'static str,
    row: &Row,
    at: Position,
) -> Result<Option<Position>, Error> {
    sqlx::query(statement)
        .bind(row.id.as_str())
        .bind(number(at.epoch.0))
        .bind(number(at.version.0))
        .bind(&row.data)
        .bind(row.deleted)
        .bind(&row.auth)
        .fetch_optional(connection)
        .await?
        .map(|row| position(&row))
        .transpose()
}

async fn acquire(
    connection: &mut SqliteConnection,
    id: &InfId,
    seen: Epoch,
) -> Result<Done, Error> {
    let written = sqlx::query(ACQUIRE)
        .bind(id.as_str())
        .bind(number(seen.0))
        .fetch_optional(&mut *connection)
        .await?;
    match written {
        Some(row) => position(&row).map(Done::At),
        None => conflict(connection, id).await,
    }
}

async fn conflict(connection: &mut SqliteConnection, id: &InfId) -> Result<Done, Error> {
    let found = sqlx::query("SELECT epoch, version FROM inf_list WHERE id = ?1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?
        .map(|row| position(&row))
        .transpose()?;
    let context = match found {
        Some(at) => format!(
            "the row of infrastructure {id} moved on to epoch {} and version {}",
            at.epoch, at.version
        ),
        None => format!("the row of infrastructure {id} is gone"),
    };
    Ok(Done::Refused(StoreError::new(
        StoreErrorKind::Conflict(found),
        Some(id),
        context,
    )))
}

/// The columns `epoch` and `version`.
pub(super) fn position(row: &SqliteRow) -> Result<Position, Error> {
    let number = |name| -> Result<u64, Error> {
        let value: i64 = row.try_get(name)?;
        u64::try_from(value).map_err(|error| Error::Decode(error.into()))
    };
    Ok(Position::new(number("epoch")?, number("version")?))
}

/// A number that no row has if it is too large for a column.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(-1)
}
