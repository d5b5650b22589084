//! Rows that release 1.19 wrote: before this service ever opened the database, or behind its back.
//!
//! Such a row has version 0. To adopt it is to index its owners and to give it a version and an epoch. A row that was
//! written behind our back lost its epoch, and some node may still hold a position in it; the new epoch must be above
//! every one that was ever given out. Epochs are raised one by one, so they stay below 2^32 within one *era*; the era
//! is counted in `im_meta` and stands in the upper half of the epoch. The rows are locked while they are adopted, so
//! nodes that find the same row adopt it once.

use im_domain::{UserKey, stored};
use sqlx::mysql::MySqlRow;
use sqlx::{Connection, Error, MySqlConnection};

use super::errors;
use super::lists::{MANY, places, query};
use super::owners::{self, Owned};
use crate::StoreError;
use crate::columns::Columns;
use crate::row::keys_of;

struct Foreign {
    id: String,
    deleted: bool,
    keys: Vec<UserKey>,
}

/// A row that this service saved has a moment of the save, so the index on it finds the others.
const FOREIGN: &str = "SELECT id, COALESCE(deleted, 0) <> 0 AS is_deleted, auth FROM inf_list \
     WHERE saved_at IS NULL AND version = 0 FOR UPDATE";

const ONE: &str = "SELECT id, COALESCE(deleted, 0) <> 0 AS is_deleted, auth FROM inf_list \
     WHERE id = ? AND version = 0 FOR UPDATE";

const NEXT_ERA: &str = "UPDATE im_meta SET value = LAST_INSERT_ID(CAST(value AS SIGNED) + 1) \
     WHERE name = 'foreign_writes'";

/// Adopts the rows of a database that this service opens for the first time.
pub(super) async fn adopt_first(connection: &mut MySqlConnection) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    let rows = sqlx::query(FOREIGN).fetch_all(&mut *transaction).await?;
    if !rows.is_empty() {
        tracing::info!(
            rows = rows.len(),
            "indexing the infrastructures of the database"
        );
    }
    adopt(&mut transaction, &rows, 0).await?;
    transaction.commit().await
}

/// Adopts the rows that were written behind our back since.
pub(super) async fn adopt_all(connection: &mut MySqlConnection) -> Result<(), StoreError> {
    let run = async {
        let mut transaction = connection.begin().await?;
        adopt_changed(&mut transaction, None).await?;
        transaction.commit().await
    };
    run.await.map_err(|error| {
        errors::failed(
            None,
            "rows that another program wrote cannot be indexed",
            error,
        )
    })
}

/// Adopts one row, or all, that were written behind our back. In a transaction.
pub(super) async fn adopt_changed(
    connection: &mut MySqlConnection,
    id: Option<&str>,
) -> Result<(), Error> {
    let question = match id {
        Some(id) => sqlx::query(ONE).bind(id),
        None => sqlx::query(FOREIGN),
    };
    let rows = question.fetch_all(&mut *connection).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = rows.iter().flat_map(|row| row.some_text("id")).collect();
    tracing::error!(
        ?ids,
        "another program wrote to the database, which IM 1.19 must not do while this service uses it; what it wrote \
         is taken as it is, and what this service knew of it is dropped"
    );
    let raised = sqlx::query(NEXT_ERA).execute(&mut *connection).await?;
    adopt(connection, &rows, raised.last_insert_id()).await
}

async fn adopt(connection: &mut MySqlConnection, rows: &[MySqlRow], era: u64) -> Result<(), Error> {
    let epoch = (era << 32) + 1;
    for rows in rows.chunks(MANY) {
        let rows: Vec<Foreign> = rows.iter().map(Foreign::of).collect::<Result<_, _>>()?;
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        owners::remove(connection, &ids).await?;
        owners::add(connection, &rows.iter().collect::<Vec<_>>()).await?;
        let text = format!(
            "UPDATE inf_list SET version = 1, epoch = ? WHERE version = 0 AND id IN ({})",
            places("?", ids.len())
        );
        let mut update = query(text, ids.len()).bind(epoch);
        for id in ids {
            update = update.bind(id.to_owned());
        }
        update.execute(&mut *connection).await?;
    }
    Ok(())
}

// === impl Foreign ===

impl Foreign {
    fn of(row: &MySqlRow) -> Result<Self, Error> {
        let id = row.some_text("id")?;
        let auth = row.text("auth")?;
        let keys = match stored::read_owners(auth.as_deref().unwrap_or("[]")) {
            Ok(owners) => keys_of(&owners),
            Err(error) => {
                tracing::error!(inf.id = id, %error, "the owners of an infrastructure cannot be read, so nobody can list it");
                Vec::new()
            }
        };
        Ok(Self {
            id,
            deleted: row.some_number("is_deleted")? != 0,
            keys,
        })
    }
}

impl Owned for Foreign {
    fn owned(&self) -> (&str, bool, &[UserKey]) {
        (&self.id, self.deleted, &self.keys)
    }
}
