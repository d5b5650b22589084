//! The database that release 1.19 of the reference wrote.

use std::path::Path;

use im_auth::Credentials;
use im_domain::InfId;
use im_manager::BootMode;
use sqlx::{Connection, SqliteConnection};

use crate::node::{Node, login, node_in};

/// A node over a fresh copy of it.
pub(crate) async fn seeded(boot_mode: BootMode) -> Node {
    let dir = tempfile::tempdir().unwrap();
    let dump =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/db/sqlite_1_19.sql");
    let dump = std::fs::read_to_string(dump).unwrap();
    let url = format!("sqlite://{}/inf.dat?mode=rwc", dir.path().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(dump))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    node_in(dir, boot_mode).await
}

/// The infrastructure whose id ends like this.
pub(crate) fn id(end: char) -> InfId {
    format!("5eed0000-0000-11ef-8000-00000000000{end}")
        .parse()
        .unwrap()
}

/// Who owns most of them.
pub(crate) fn owner() -> Credentials {
    login("seeduser", "seedpass")
}

/// Who owns the others.
pub(crate) fn other() -> Credentials {
    login("otheruser", "otherpass")
}
