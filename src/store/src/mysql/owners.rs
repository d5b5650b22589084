//! The index of owners: which infrastructures a user has.

use sqlx::{Error, MySqlConnection};

use super::lists::{pieces, places, query};
use super::statement::Statement;
use crate::change::Row;

const ADD: &str = "INSERT INTO inf_owner(user_key, inf_id, deleted) VALUES";

/// What the index needs to know of an infrastructure.
pub(super) trait Owned {
    /// Id, whether it is deleted, and the keys of its owners, each once.
    fn owned(&self) -> (&str, bool, &[im_domain::UserKey]);
}

/// Makes the index say who owns infrastructures that nobody owned.
pub(super) async fn add(
    connection: &mut MySqlConnection,
    owned: &[&(impl Owned + Sync)],
) -> Result<(), Error> {
    for statement in added(owned) {
        statement.execute(&mut *connection).await?;
    }
    Ok(())
}

/// What makes the index say who owns infrastructures that nobody owned.
pub(super) fn added<'a>(owned: &[&'a impl Owned]) -> Vec<Statement<'a>> {
    let rows: Vec<(&str, &str, bool)> = owned
        .iter()
        .flat_map(|one| {
            let (id, deleted, keys) = one.owned();
            keys.iter().map(move |key| (key.as_str(), id, deleted))
        })
        .collect();
    pieces(&rows)
        .map(|rows| {
            let text = format!("{ADD} {}", places("(?, ?, ?)", rows.len()));
            let mut insert = Statement::new(text, rows.len());
            for (key, id, deleted) in rows {
                insert = insert.bind(*key).bind(*id).bind(*deleted);
            }
            insert
        })
        .collect()
}

/// Makes the index say that nobody owns these infrastructures.
pub(super) async fn remove(connection: &mut MySqlConnection, ids: &[&str]) -> Result<(), Error> {
    for ids in pieces(ids) {
        let text = format!(
            "DELETE FROM inf_owner WHERE inf_id IN ({})",
            places("?", ids.len())
        );
        let mut delete = query(text, ids.len());
        for id in ids {
            delete = delete.bind(*id);
        }
        delete.execute(&mut *connection).await?;
    }
    Ok(())
}

impl Owned for Row {
    fn owned(&self) -> (&str, bool, &[im_domain::UserKey]) {
        (self.id.as_str(), self.deleted, &self.keys)
    }
}
