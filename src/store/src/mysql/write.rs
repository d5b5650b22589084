//! The statements of one change.
//!
//! The check of epoch and version is part of the statement that writes, and the rest of the change is in the same
//! transaction. What is done most often, saving a document with the same owners, is one statement that commits by
//! itself. A row whose version is not raised is matched all the same, since the server counts matched rows here
//! (`CLIENT_FOUND_ROWS`): none means that the condition was not met.

use im_domain::{BootId, Epoch, InfId};
use sqlx::mysql::MySqlArguments;
use sqlx::query::Query;
use sqlx::{Error, MySql, MySqlConnection};

use super::journal::{self, Pending};
use super::statement::Statement;
use super::{errors, foreign, owners, purge, sessions};
use crate::Position;
use crate::change::{Change, Done, Row, conflict, number, taken};
use crate::columns::Columns;

const INSERT: &str = "INSERT INTO inf_list(id, deleted, date, data, auth, epoch, version, saved_at, owner_boot, owner_since) \
     VALUES(?, ?, NOW(), ?, ?, 1, 1, NOW(6), ?, NOW(6))";

const INSERT_OVER_DELETED: &str = "UPDATE inf_list SET deleted = ?, date = NOW(), data = ?, auth = ?, epoch = epoch + 1, \
     version = version + 1, saved_at = NOW(6), owner_boot = ?, owner_since = NOW(6) WHERE id = ? AND deleted <> 0";

/// The usual save: the owners are the same, so the index of owners is right already.
const SAVE: &str = "UPDATE inf_list SET date = NOW(), data = ?, version = version + 1, saved_at = NOW(6) \
     WHERE id = ? AND epoch = ? AND version = ? AND deleted = ? AND auth = ?";

/// A save that changes owners, or that deletes.
const SAVE_ALL: &str = "UPDATE inf_list SET date = NOW(), data = ?, version = version + 1, saved_at = NOW(6), \
     deleted = ?, auth = ? WHERE id = ? AND epoch = ? AND version = ?";

const RECORD: &str =
    "UPDATE inf_list SET version = version + 1 WHERE id = ? AND epoch = ? AND version = ?";

/// The server answers the argument of `LAST_INSERT_ID` with its OK: the version, without another question.
const ACQUIRE: &str = "UPDATE inf_list SET epoch = epoch + 1, version = LAST_INSERT_ID(version), owner_boot = ?, \
     owner_since = NOW(6) WHERE id = ? AND epoch = ? AND version > 0 \
     AND (owner_boot IS NULL OR owner_boot = ? OR owner_boot = ?)";

const RELEASE: &str = "UPDATE inf_list SET owner_boot = NULL, owner_since = NULL \
     WHERE id = ? AND epoch = ? AND owner_boot = ?";

/// Whether a change is, most often, one statement that commits by itself.
pub(super) fn is_single(change: &Change) -> bool {
    match change {
        Change::Save(_, _, changes) => changes.is_empty(),
        Change::Acquire { .. } | Change::Release { .. } => true,
        change => sessions::is_about(change),
    }
}

/// Makes a change by one statement that commits by itself. `None`: it matched no row, and nothing was written.
pub(super) async fn single(
    change: &Change,
    connection: &mut MySqlConnection,
) -> Result<Option<Done>, Error> {
    match change {
        Change::Save(row, at, _) => save_same(connection, row, *at)
            .await
            .map(|saved| saved.map(Done::At)),
        Change::Acquire { id, seen, me, from } => acquire(connection, id, *seen, me, from.as_ref())
            .await
            .map(|acquired| acquired.map(Done::At)),
        Change::Release { id, epoch, me } => release(connection, id, *epoch, me)
            .await
            .map(|released| released.then_some(Done::Count(1))),
        change => sessions::run(change, connection).await.map(Some),
    }
}

/// Makes a change inside a transaction. One that is refused may have written: its transaction must be rolled back.
pub(super) async fn run(change: &Change, connection: &mut MySqlConnection) -> Result<Done, Error> {
    let (id, position) = match (row(change, connection).await?, change.id()) {
        (Done::At(position), Some(id)) => (id, position),
        (done, _) => return Ok(done),
    };
    let mut pending = [Pending::new(id, position.epoch, change.journal())];
    let refused = journal::write(connection, &mut pending).await?;
    Ok(refused.unwrap_or(Done::At(position)))
}

/// Makes all of a change but that of the journal.
pub(super) async fn row(change: &Change, connection: &mut MySqlConnection) -> Result<Done, Error> {
    match change {
        Change::Insert(row, me, _) => insert(connection, row, me).await,
        Change::Save(row, at, _) => save(connection, row, *at).await,
        Change::Record(id, at, _) => record(connection, id, *at).await,
        Change::Acquire { id, seen, me, from } => {
            match acquire(connection, id, *seen, me, from.as_ref()).await? {
                Some(position) => Ok(Done::At(position)),
                None => refused(connection, id).await,
            }
        }
        Change::Release { id, epoch, me } => match release(connection, id, *epoch, me).await? {
            true => Ok(Done::Count(1)),
            false => refused(connection, id).await,
        },
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
        change => sessions::run(change, connection).await,
    }
}

async fn insert(connection: &mut MySqlConnection, row: &Row, me: &BootId) -> Result<Done, Error> {
    let inserted = sqlx::query(INSERT)
        .bind(row.id.as_str())
        .bind(row.deleted)
        .bind(&row.data)
        .bind(&row.auth)
        .bind(me.to_string())
        .execute(&mut *connection)
        .await;
    let position = match inserted {
        Ok(_) => Position::new(1, 1),
        Err(error) if errors::is_duplicate(&error) => {
            match insert_over_deleted(connection, row, me).await? {
                Some(position) => position,
                None => return Ok(taken(&row.id)),
            }
        }
        Err(error) => return Err(error),
    };
    owners::add(connection, &[row]).await?;
    Ok(Done::At(position))
}

async fn insert_over_deleted(
    connection: &mut MySqlConnection,
    row: &Row,
    me: &BootId,
) -> Result<Option<Position>, Error> {
    let written = sqlx::query(INSERT_OVER_DELETED)
        .bind(row.deleted)
        .bind(&row.data)
        .bind(&row.auth)
        .bind(me.to_string())
        .bind(row.id.as_str())
        .execute(&mut *connection)
        .await?;
    if written.rows_affected() == 0 {
        return Ok(None);
    }
    owners::remove(connection, &[row.id.as_str()]).await?;
    position(connection, &row.id).await
}

async fn save(connection: &mut MySqlConnection, row: &Row, at: Position) -> Result<Done, Error> {
    let mut saved = save_same(connection, row, at).await?;
    if saved.is_none() {
        let query = sqlx::query(SAVE_ALL)
            .bind(&row.data)
            .bind(row.deleted)
            .bind(&row.auth);
        saved = moved(connection, standing_at(query, &row.id, at), at).await?;
        if saved.is_some() {
            owners::remove(connection, &[row.id.as_str()]).await?;
            owners::add(connection, &[row]).await?;
        }
    }
    match saved {
        Some(position) => Ok(Done::At(position)),
        None => refused(connection, &row.id).await,
    }
}

async fn save_same(
    connection: &mut MySqlConnection,
    row: &Row,
    at: Position,
) -> Result<Option<Position>, Error> {
    let query = standing_at(sqlx::query(SAVE).bind(&row.data), &row.id, at)
        .bind(row.deleted)
        .bind(&row.auth);
    moved(connection, query, at).await
}

async fn record(connection: &mut MySqlConnection, id: &InfId, at: Position) -> Result<Done, Error> {
    match recorded(id, at)
        .execute(&mut *connection)
        .await?
        .rows_affected()
    {
        0 => refused(connection, id).await,
        _ => Ok(Done::At(at.next())),
    }
}

/// Raises the version of a row that stands where it was seen.
pub(super) fn recorded(id: &InfId, at: Position) -> Statement<'_> {
    Statement::new(RECORD, 1)
        .bind(id.as_str())
        .bind(number(at.epoch.0))
        .bind(number(at.version.0))
}

async fn acquire(
    connection: &mut MySqlConnection,
    id: &InfId,
    seen: Epoch,
    me: &BootId,
    from: Option<&BootId>,
) -> Result<Option<Position>, Error> {
    let written = sqlx::query(ACQUIRE)
        .bind(me.to_string())
        .bind(id.as_str())
        .bind(number(seen.0))
        .bind(me.to_string())
        .bind(from.map(ToString::to_string))
        .execute(connection)
        .await?;
    let position = Position::new(seen.0.saturating_add(1), written.last_insert_id());
    Ok((written.rows_affected() > 0).then_some(position))
}

async fn release(
    connection: &mut MySqlConnection,
    id: &InfId,
    epoch: Epoch,
    me: &BootId,
) -> Result<bool, Error> {
    let written = sqlx::query(RELEASE)
        .bind(id.as_str())
        .bind(number(epoch.0))
        .bind(me.to_string())
        .execute(connection)
        .await?;
    Ok(written.rows_affected() > 0)
}

/// With the condition that the row stands where it was seen.
fn standing_at<'q>(
    query: Query<'q, MySql, MySqlArguments>,
    id: &'q InfId,
    at: Position,
) -> Query<'q, MySql, MySqlArguments> {
    query
        .bind(id.as_str())
        .bind(number(at.epoch.0))
        .bind(number(at.version.0))
}

/// Runs a statement that raises the version of a row, if its condition is met.
async fn moved(
    connection: &mut MySqlConnection,
    query: Query<'_, MySql, MySqlArguments>,
    at: Position,
) -> Result<Option<Position>, Error> {
    let written = query.execute(connection).await?;
    Ok((written.rows_affected() > 0).then_some(at.next()))
}

async fn position(connection: &mut MySqlConnection, id: &InfId) -> Result<Option<Position>, Error> {
    sqlx::query("SELECT epoch, version FROM inf_list WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?
        .map(|row| row.position())
        .transpose()
}

async fn refused(connection: &mut MySqlConnection, id: &InfId) -> Result<Done, Error> {
    let found = position(connection, id).await?;
    Ok(conflict(id, found))
}
