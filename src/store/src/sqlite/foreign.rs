//! Rows that release 1.19 wrote: before this service ever opened the file, or behind its back.
//!
//! Such a row has version 0. To adopt it is to index its owners and to give it a version and an epoch. A row that was
//! written behind our back lost its epoch, and some node may still hold a position in it; the new epoch must be above
//! every one that was ever given out. Epochs are raised one by one, so they stay below 2^32 within one *era*; the era
//! is counted in `im_meta` and stands in the upper half of the epoch.

use im_domain::stored;
use sqlx::{Connection, Error, Row, SqliteConnection};

use super::{errors, owners};
use crate::StoreError;
use crate::row::keys_of;

struct Foreign {
    rowid: i64,
    /// As a text that can be shown, whatever it is.
    id: String,
    deleted: bool,
    auth: Result<Option<String>, Error>,
}

/// Adopts the rows of a file that this service opens for the first time.
pub(super) async fn adopt_first(connection: &mut SqliteConnection) -> Result<(), Error> {
    let rows = foreign(connection, None).await?;
    if !rows.is_empty() {
        tracing::info!(
            rows = rows.len(),
            "indexing the infrastructures of the database"
        );
    }
    adopt(connection, rows, 0).await
}

/// Adopts the rows that were written behind our back since.
pub(super) async fn adopt_all(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let run = async {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
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

/// Adopts one row, or all, that were written behind our back.
pub(super) async fn adopt_changed(
    connection: &mut SqliteConnection,
    id: Option<&str>,
) -> Result<(), Error> {
    let rows = foreign(connection, id).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    tracing::error!(
        ?ids,
        "another program wrote to the database, which IM 1.19 must not do while this service uses it; what it wrote \
         is taken as it is, and what this service knew of it is dropped"
    );
    let era: i64 = sqlx::query_scalar(
        "UPDATE im_meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'foreign_writes' \
         RETURNING CAST(value AS INTEGER)",
    )
    .fetch_one(&mut *connection)
    .await?;
    adopt(connection, rows, era).await
}

async fn foreign(
    connection: &mut SqliteConnection,
    id: Option<&str>,
) -> Result<Vec<Foreign>, Error> {
    let rows = sqlx::query(
        "SELECT rowid, CAST(id AS TEXT) AS id, coalesce(deleted, 0) <> 0 AS deleted, auth FROM inf_list \
         WHERE version = 0 AND (?1 IS NULL OR id = ?1)",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Foreign {
                rowid: row.try_get("rowid")?,
                id: row.try_get("id").unwrap_or_default(),
                deleted: row.try_get("deleted")?,
                auth: row.try_get("auth"),
            })
        })
        .collect()
}

async fn adopt(
    connection: &mut SqliteConnection,
    rows: Vec<Foreign>,
    era: i64,
) -> Result<(), Error> {
    for row in rows {
        let keys = keys(&row);
        owners::replace(connection, &row.id, &keys, row.deleted).await?;
        sqlx::query("UPDATE inf_list SET version = 1, epoch = ?2 WHERE rowid = ?1")
            .bind(row.rowid)
            .bind((era << 32) + 1)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn keys(row: &Foreign) -> String {
    let unreadable = |error: &dyn std::fmt::Display| {
        tracing::error!(inf.id = row.id, %error, "the owners of an infrastructure cannot be read, so nobody can list it");
        owners::keys(&[])
    };
    match &row.auth {
        Err(error) => unreadable(error),
        Ok(auth) => match stored::read_owners(auth.as_deref().unwrap_or("[]")) {
            Err(error) => unreadable(&error),
            Ok(found) => owners::keys(&keys_of(&found)),
        },
    }
}
