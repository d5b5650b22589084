//! The statements of one change, inside the transaction of the writer.
//!
//! The check of epoch and version is part of the statement that writes, and the index of owners and the journal change
//! in the same transaction. A change that is refused has written nothing: others may share its transaction. One that
//! finds out too late that it cannot be made fails with an error, and the transaction is taken apart.

use im_domain::{BootId, Epoch, InfId};
use sqlx::{Error, SqliteConnection};

use super::{foreign, journal, owners, purge, sessions};
use crate::change::{Change, Done, Row, conflict, number, taken};
use crate::columns::Columns;
use crate::{JournalChange, Position};

/// A replaced row gets the highest number: release 1.19 lists by it, from the highest to the lowest.
const INSERT: &str = "INSERT INTO inf_list(id, deleted, date, data, auth, epoch, version, saved_at, owner_boot, owner_since) \
     VALUES(?1, ?2, date('now'), ?3, ?4, 1, 1, unixepoch(), ?5, strftime('%Y-%m-%d %H:%M:%f', 'now')) \
     ON CONFLICT(id) DO UPDATE SET rowid = (SELECT max(rowid) + 1 FROM inf_list), deleted = excluded.deleted, \
     date = excluded.date, data = excluded.data, auth = excluded.auth, epoch = inf_list.epoch + 1, \
     version = inf_list.version + 1, owner_boot = excluded.owner_boot, owner_since = excluded.owner_since, \
     saved_at = excluded.saved_at WHERE inf_list.deleted <> 0 RETURNING epoch, version";

/// The usual save: the owners are the same, so the index of owners is right already.
const SAVE: &str = "UPDATE inf_list SET rowid = (SELECT max(rowid) + 1 FROM inf_list), date = date('now'), data = ?4, \
     version = version + 1, saved_at = unixepoch() \
     WHERE id = ?1 AND epoch = ?2 AND version = ?3 AND deleted = ?5 AND auth = ?6 RETURNING epoch, version";

/// A save that changes owners, or that deletes.
const SAVE_ALL: &str = "UPDATE inf_list SET rowid = (SELECT max(rowid) + 1 FROM inf_list), date = date('now'), data = ?4, \
     version = version + 1, saved_at = unixepoch(), deleted = ?5, auth = ?6 \
     WHERE id = ?1 AND epoch = ?2 AND version = ?3 RETURNING epoch, version";

const RECORD: &str = "UPDATE inf_list SET version = version + 1 WHERE id = ?1 AND epoch = ?2 AND version = ?3 \
     RETURNING epoch, version";

const ACQUIRE: &str = "UPDATE inf_list SET epoch = epoch + 1, owner_boot = ?3, \
     owner_since = strftime('%Y-%m-%d %H:%M:%f', 'now') \
     WHERE id = ?1 AND epoch = ?2 AND (owner_boot IS NULL OR owner_boot = ?3 OR owner_boot = ?4) \
     RETURNING epoch, version";

const RELEASE: &str = "UPDATE inf_list SET owner_boot = NULL, owner_since = NULL \
     WHERE id = ?1 AND epoch = ?2 AND owner_boot = ?3 RETURNING epoch, version";

/// Runs the statements of a change.
pub(super) async fn run(change: &Change, connection: &mut SqliteConnection) -> Result<Done, Error> {
    match change {
        Change::Insert(row, me, changes) => insert(connection, row, me, changes).await,
        Change::Save(row, at, changes) => save(connection, row, *at, changes).await,
        Change::Record(id, at, changes) => record(connection, id, *at, changes).await,
        Change::Acquire { id, seen, me, from } => {
            acquire(connection, id, *seen, me, from.as_ref()).await
        }
        Change::Release { id, epoch, me } => release(connection, id, *epoch, me).await,
        Change::Adopt(id) => {
            foreign::adopt_changed(connection, Some(id.as_str())).await?;
            Ok(Done::Count(1))
        }
        Change::Purge {
            created_before,
            dry_run,
        } => purge::run(connection, *created_before, *dry_run)
            .await
            .map(Done::Count),
        Change::TidyJournal(ended_for) => {
            journal::tidy(connection, *ended_for).await.map(Done::Count)
        }
        Change::Enter(_)
        | Change::Beat(_)
        | Change::DeclareDead(..)
        | Change::SetState(..)
        | Change::TidyNodes(_) => sessions::run(change, connection).await,
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    row: &Row,
    me: &BootId,
    changes: &[JournalChange],
) -> Result<Done, Error> {
    if let Some(repeated) = journal::repeated(connection, changes).await? {
        return Ok(repeated);
    }
    let id = row.id.as_str();
    let written = sqlx::query(INSERT)
        .bind(id)
        .bind(row.deleted)
        .bind(&row.data)
        .bind(&row.auth)
        .bind(me.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(written) = written else {
        return Ok(taken(&row.id));
    };
    let position = written.position()?;
    let keys = owners::keys(&row.keys);
    if position == Position::new(1, 1) {
        owners::add(connection, id, &keys, row.deleted).await?;
    } else {
        owners::replace(connection, id, &keys, row.deleted).await?;
    }
    journal::write(connection, &row.id, position.epoch, changes).await?;
    Ok(Done::At(position))
}

async fn save(
    connection: &mut SqliteConnection,
    row: &Row,
    at: Position,
    changes: &[JournalChange],
) -> Result<Done, Error> {
    if let Some(repeated) = journal::repeated(connection, changes).await? {
        return Ok(repeated);
    }
    let mut written = update(connection, SAVE, row, at).await?;
    if written.is_none() {
        written = update(connection, SAVE_ALL, row, at).await?;
        if written.is_some() {
            let keys = owners::keys(&row.keys);
            owners::replace(connection, row.id.as_str(), &keys, row.deleted).await?;
        }
    }
    let Some(position) = written else {
        return refused(connection, &row.id).await;
    };
    journal::write(connection, &row.id, position.epoch, changes).await?;
    Ok(Done::At(position))
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
        .map(|row| row.position())
        .transpose()
}

async fn record(
    connection: &mut SqliteConnection,
    id: &InfId,
    at: Position,
    changes: &[JournalChange],
) -> Result<Done, Error> {
    if let Some(repeated) = journal::repeated(connection, changes).await? {
        return Ok(repeated);
    }
    let written = sqlx::query(RECORD)
        .bind(id.as_str())
        .bind(number(at.epoch.0))
        .bind(number(at.version.0))
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = written else {
        return refused(connection, id).await;
    };
    let position = row.position()?;
    journal::write(connection, id, position.epoch, changes).await?;
    Ok(Done::At(position))
}

async fn acquire(
    connection: &mut SqliteConnection,
    id: &InfId,
    seen: Epoch,
    me: &BootId,
    from: Option<&BootId>,
) -> Result<Done, Error> {
    let written = sqlx::query(ACQUIRE)
        .bind(id.as_str())
        .bind(number(seen.0))
        .bind(me.to_string())
        .bind(from.map(ToString::to_string))
        .fetch_optional(&mut *connection)
        .await?;
    match written {
        Some(row) => row.position().map(Done::At),
        None => refused(connection, id).await,
    }
}

async fn release(
    connection: &mut SqliteConnection,
    id: &InfId,
    epoch: Epoch,
    me: &BootId,
) -> Result<Done, Error> {
    let written = sqlx::query(RELEASE)
        .bind(id.as_str())
        .bind(number(epoch.0))
        .bind(me.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    match written {
        Some(row) => row.position().map(Done::At),
        None => refused(connection, id).await,
    }
}

async fn refused(connection: &mut SqliteConnection, id: &InfId) -> Result<Done, Error> {
    let found = sqlx::query("SELECT epoch, version FROM inf_list WHERE id = ?1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?
        .map(|row| row.position())
        .transpose()?;
    Ok(conflict(id, found))
}
