//! What changes that share a transaction do in it: one statement for all rows of a kind, where there is one.
//!
//! As for a change by itself, each row is inserted or matched at its position before anything is written that belongs to
//! it. How many rows an `UPDATE` matched says whether all of them stood where they were seen; if not, which one did not
//! is of no interest here.

use im_domain::BootId;

use super::super::journal::{self, Pending, Step};
use super::super::lists::{pieces, places};
use super::super::script::Script;
use super::super::statement::Statement;
use super::super::{owners, write};
use crate::Position;
use crate::change::{Change, Row, number};

const INSERT: &str = "INSERT INTO inf_list(id, deleted, date, data, auth, epoch, version, saved_at, owner_boot, owner_since) VALUES";

const INSERTED: &str = "(?, ?, NOW(), ?, ?, 1, 1, NOW(6), ?, NOW(6))";

const SAVED: &str = "(id = ? AND epoch = ? AND version = ? AND deleted = ? AND auth = ?)";

/// The statements of changes that share a transaction, and where the infrastructures stand after them. `None`: one of
/// the changes has to be made by itself.
pub(in crate::mysql) fn script(changes: &[&Change]) -> Option<(Script, Vec<Position>)> {
    let mut script = Script::new();
    let mut inserts = Vec::new();
    let mut saves = Vec::new();
    let mut positions = Vec::with_capacity(changes.len());
    for change in changes {
        let position = match change {
            Change::Insert(row, me, _) => {
                inserts.push((row, me));
                Position::new(1, 1)
            }
            Change::Save(row, at, _) => {
                saves.push((row, *at));
                at.next()
            }
            Change::Record(id, at, _) => {
                script.add(&write::recorded(id, *at));
                at.next()
            }
            _ => return None,
        };
        positions.push(position);
    }
    for piece in pieces(&inserts) {
        script.add(&insert(piece));
    }
    for piece in pieces(&saves) {
        script.add(&save(piece));
    }
    let new: Vec<&Row> = inserts.iter().map(|(row, _)| *row).collect();
    for added in owners::added(&new) {
        script.add(&added);
    }
    let mut pending: Vec<Pending<'_>> = changes
        .iter()
        .zip(&positions)
        .filter_map(|(change, at)| Some(Pending::new(change.id()?, at.epoch, change.journal())))
        .collect();
    while let Some(Step { statement, .. }) = journal::next(&mut pending) {
        script.add(&statement);
    }
    Some((script, positions))
}

fn insert<'a>(rows: &[(&'a Row, &BootId)]) -> Statement<'a> {
    let text = format!("{INSERT} {}", places(INSERTED, rows.len()));
    let mut insert = Statement::new(text, rows.len());
    for (row, me) in rows {
        insert = insert
            .bind(row.id.as_str())
            .bind(row.deleted)
            .bind(row.data.as_str())
            .bind(row.auth.as_str())
            .bind(me.to_string());
    }
    insert
}

/// The usual save, with the same owners.
fn save<'a>(rows: &[(&'a Row, Position)]) -> Statement<'a> {
    let cases = vec!["WHEN ? THEN ?"; rows.len()].join(" ");
    let which = vec![SAVED; rows.len()].join(" OR ");
    let text = format!(
        "UPDATE inf_list SET date = NOW(), data = CASE id {cases} ELSE data END, version = version + 1, \
         saved_at = NOW(6) WHERE {which}"
    );
    let mut update = Statement::new(text, rows.len());
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
    update
}
