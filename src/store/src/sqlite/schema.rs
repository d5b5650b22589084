//! The tables, and how a file comes to them.
//!
//! All steps of a start run in one transaction that holds the file's write lock from its beginning, so two processes
//! that start together do them once, and a process that is killed in between has done none.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

use super::errors;
use crate::{StoreError, StoreErrorKind};

/// The columns of release 1.19.
const COLUMNS: [&str; 5] = ["id", "deleted", "date", "data", "auth"];

/// The table as release 1.19 makes it.
const INF_LIST: &str = "CREATE TABLE IF NOT EXISTS inf_list(id VARCHAR(255) PRIMARY KEY, deleted INTEGER, \
     date TIMESTAMP, data TEXT, auth TEXT)";

const META: &str = "CREATE TABLE IF NOT EXISTS im_meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)";

/// The steps from each schema to the next. A step that was released never changes.
const STEPS: [&[&str]; 2] = [FENCE, CLUSTER];

/// Epochs, versions, and an index of owners.
const FENCE: &[&str] = &[
    "ALTER TABLE inf_list ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE inf_list ADD COLUMN version INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE inf_list ADD COLUMN owner_boot VARCHAR(36)",
    "ALTER TABLE inf_list ADD COLUMN owner_since TIMESTAMP",
    // The moment of the last save: 'date' has its day only.
    "ALTER TABLE inf_list ADD COLUMN saved_at INTEGER",
    // Who owns what. 'deleted' is that of the infrastructure: a list never meets its dead.
    "CREATE TABLE inf_owner(user_key TEXT NOT NULL, inf_id VARCHAR(255) NOT NULL, deleted INTEGER NOT NULL, \
     PRIMARY KEY(inf_id, user_key)) WITHOUT ROWID",
    "CREATE INDEX inf_owner_user ON inf_owner(user_key, deleted)",
    "CREATE INDEX inf_list_live ON inf_list(id) WHERE deleted = 0",
    // Rows that another program wrote.
    "CREATE INDEX inf_list_foreign ON inf_list(version) WHERE version = 0",
    "INSERT INTO im_meta(name, value) VALUES('marker', 'Fenced by epoch and version: IM 1.19 must not write here.')",
    "INSERT INTO im_meta(name, value) VALUES('foreign_writes', '0')",
];

/// Sessions of nodes, operations and intents. Moments are in seconds of the epoch.
const CLUSTER: &[&str] = &[
    "CREATE INDEX inf_list_owner ON inf_list(owner_boot) WHERE owner_boot IS NOT NULL",
    "CREATE TABLE im_node(boot_id TEXT PRIMARY KEY, node_name TEXT NOT NULL, peer_addr TEXT NOT NULL, \
     boot_mode INTEGER NOT NULL, version TEXT NOT NULL, state TEXT NOT NULL, beat INTEGER NOT NULL, \
     started_at REAL NOT NULL, seen_at REAL NOT NULL) WITHOUT ROWID",
    "CREATE TABLE im_operation(id TEXT PRIMARY KEY, inf_id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, \
     epoch INTEGER NOT NULL, boot TEXT NOT NULL, sealed BLOB, user_key TEXT, idem_key TEXT, digest TEXT, \
     created INTEGER NOT NULL, updated INTEGER NOT NULL, ended INTEGER, outcome TEXT, \
     UNIQUE(user_key, idem_key)) WITHOUT ROWID",
    "CREATE INDEX im_operation_open ON im_operation(inf_id) WHERE ended IS NULL",
    "CREATE INDEX im_operation_ended ON im_operation(ended) WHERE ended IS NOT NULL",
    "CREATE TABLE im_intent(inf_id TEXT NOT NULL, seq INTEGER NOT NULL, op TEXT NOT NULL, operation TEXT NOT NULL, \
     vm INTEGER, token TEXT NOT NULL UNIQUE, cloud TEXT NOT NULL, spec_digest TEXT NOT NULL, state TEXT NOT NULL, \
     epoch INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, resolved INTEGER, result TEXT, \
     PRIMARY KEY(inf_id, seq)) WITHOUT ROWID",
    "CREATE INDEX im_intent_operation ON im_intent(operation)",
];

/// Brings the file to the schema of this release.
pub(super) async fn migrate(
    connection: &mut SqliteConnection,
    path: &Path,
) -> Result<(), StoreError> {
    let failed = |error| {
        let place = path.display();
        errors::failed(
            None,
            &format!("the tables of the database {place} cannot be made"),
            error,
        )
    };
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(failed)?;
    sqlx::query(META)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let schema: Option<String> =
        sqlx::query_scalar("SELECT value FROM im_meta WHERE name = 'schema_version'")
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
    let schema = known(schema.as_deref(), path)?;
    if schema == 0 {
        sqlx::query(INF_LIST)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let columns: Vec<String> =
            sqlx::query_scalar("SELECT name FROM pragma_table_info('inf_list')")
                .fetch_all(&mut *transaction)
                .await
                .map_err(failed)?;
        check(&columns, path)?;
        sqlx::query("INSERT INTO im_meta(name, value) VALUES('cluster_id', ?1)")
            .bind(Uuid::new_v4().to_string())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    for step in STEPS.iter().skip(schema) {
        for statement in *step {
            sqlx::query(*statement)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
    }
    if schema == 0 {
        super::foreign::adopt_first(&mut transaction)
            .await
            .map_err(failed)?;
    }
    if schema < STEPS.len() {
        sqlx::query("REPLACE INTO im_meta(name, value) VALUES('schema_version', ?1)")
            .bind(STEPS.len().to_string())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        tracing::info!(path = %path.display(), from = schema, to = STEPS.len(), "the database has the schema of this release now");
    }
    transaction.commit().await.map_err(failed)
}

/// The number of the schema, 0 for a file of release 1.19 or a new one.
fn known(schema: Option<&str>, path: &Path) -> Result<usize, StoreError> {
    let Some(text) = schema else { return Ok(0) };
    match text.parse() {
        Ok(schema) if schema <= STEPS.len() => Ok(schema),
        _ => Err(StoreError::new(
            StoreErrorKind::Other,
            None,
            format!(
                "the database {} has the schema {text}, and this release knows those up to {}: a newer release wrote it, \
                 and only that one or a later one can open it",
                path.display(),
                STEPS.len()
            ),
        )),
    }
}

/// A table of the same name that is none of release 1.19 is left alone.
fn check(columns: &[String], path: &Path) -> Result<(), StoreError> {
    match COLUMNS
        .iter()
        .find(|column| !columns.iter().any(|found| found == *column))
    {
        None => Ok(()),
        Some(column) => Err(StoreError::new(
            StoreErrorKind::Other,
            None,
            format!(
                "the table inf_list of the database {} has no column '{column}', so it is not one of release 1.19; \
                 convert it with that release first, or name another file in DATA_DB",
                path.display()
            ),
        )),
    }
}
