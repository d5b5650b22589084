//! The statements of changes that share a transaction: one for all rows of a kind, where there is one.
//!
//! As for a change by itself, each row is inserted or matched at its position before anything is written that belongs to
//! it. How many rows an `UPDATE` matched says whether all of them stood where they were seen; if not, which one did not
//! is of no interest here.

use im_domain::BootId;
use sqlx::{Error, MySqlConnection};

use super::super::journal::{self, Pending};
use super::super::lists::{pieces, places, query};
use super::super::{owners, write};
use crate::Position;
use crate::change::{Change, Done, Row, number};

const INSERT: &str = "INSERT INTO inf_list(id, deleted, date, data, auth, epoch, version, saved_at, owner_boot, owner_since) VALUES";

const INSERTED: &str = "(?, ?, NOW(), ?, ?, 1, 1, NOW(6), ?, NOW(6))";

const SAVED: &str = "(id = ? AND epoch = ? AND version = ? AND deleted = ? AND auth = ?)";

/// Makes the changes inside a transaction. `None`: one of them is refused, or has to be made by itself; then the
/// transaction must be rolled back.
pub(in crate::mysql) async fn write(
    changes: &[&Change],
    connection: &mut MySqlConnection,
) -> Result<Option<Vec<Done>>, Error> {
    let mut inserts = Vec::new();
    let mut saves = Vec::new();
    let mut positions = Vec::with_capacity(changes.len());
    for change in changes {
        let position = match change {
            Change::Insert(row, me, _) => {
                inserts.push((row, me));
                Position::new(1, 1)
            }
            // The owners of one that is deleted are no longer in the index.
            Change::Save(row, at, _) if !row.deleted => {
                saves.push((row, *at));
                at.next()
            }
            change => match write::row(change, connection).await? {
                Done::At(position) => position,
                Done::Count(_) | Done::Refused(_) => return Ok(None),
            },
        };
        positions.push(position);
    }
    for piece in pieces(&inserts) {
        insert(connection, piece).await?;
    }
    for piece in pieces(&saves) {
        if !save(connection, piece).await? {
            return Ok(None);
        }
    }
    let new: Vec<&Row> = inserts.iter().map(|(row, _)| *row).collect();
    owners::add(connection, &new).await?;
    let mut pending: Vec<Pending<'_>> = changes
        .iter()
        .zip(&positions)
        .filter_map(|(change, at)| Some(Pending::new(change.id()?, at.epoch, change.journal())))
        .collect();
    let refused = journal::write(connection, &mut pending).await?;
    let done = positions.into_iter().map(Done::At).collect();
    Ok(refused.is_none().then_some(done))
}

async fn insert(connection: &mut MySqlConnection, rows: &[(&Row, &BootId)]) -> Result<(), Error> {
    let text = format!("{INSERT} {}", places(INSERTED, rows.len()));
    let mut insert = query(text, rows.len());
    for (row, me) in rows {
        insert = insert
            .bind(row.id.as_str())
            .bind(row.deleted)
            .bind(row.data.as_str())
            .bind(row.auth.as_str())
            .bind(me.to_string());
    }
    insert.execute(connection).await.map(|_| ())
}

/// The usual save, with the same owners. Answers whether all of them stood where they were seen.
async fn save(connection: &mut MySqlConnection, rows: &[(&Row, Position)]) -> Result<bool, Error> {
    let cases = vec!["WHEN ? THEN ?"; rows.len()].join(" ");
    let which = vec![SAVED; rows.len()].join(" OR ");
    let text = format!(
        "UPDATE inf_list SET date = NOW(), data = CASE id {cases} ELSE data END, version = version + 1, \
         saved_at = NOW(6) WHERE {which}"
    );
    let mut update = query(text, rows.len());
    for (row, _) in rows {
        update = update.bind(row.id.as_str()).bind(row.data.as_str());
    }
    for (row, at) in rows {
        update = update
            .bind(row.id.as_str())
            .bind(number(at.epoch.0))
            .bind(number(at.version.0))
            .bind(row.deleted)
            .bind(row.auth.as_str());
    }
    let written = update.execute(connection).await?;
    Ok(written.rows_affected() == rows.len() as u64)
}
