//! A file of one test, in a directory of its own.

use std::path::PathBuf;
use std::sync::Arc;

use im_domain::InfId;
use im_store::{Database, open};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};
use tempfile::TempDir;

use crate::suite::Backend;

pub(crate) struct Sqlite {
    directory: TempDir,
    store: Arc<dyn Database>,
}

impl Backend for Sqlite {
    async fn fresh() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&url(&directory)).await.unwrap();
        Self { directory, store }
    }

    fn store(&self) -> Arc<dyn Database> {
        Arc::clone(&self.store)
    }

    async fn reopen(&self) -> Arc<dyn Database> {
        open(&url(&self.directory)).await.unwrap()
    }

    async fn spoil(&self, id: &InfId) {
        let statement = format!("UPDATE inf_list SET data = '{{\"vm_list\": 7' WHERE id = '{id}'");
        run(&self.directory, &statement).await;
    }
}

impl Sqlite {
    pub(crate) fn directory(&self) -> &TempDir {
        &self.directory
    }
}

pub(crate) fn path(directory: &TempDir) -> PathBuf {
    directory.path().join("inf.dat")
}

pub(crate) fn url(directory: &TempDir) -> String {
    format!("sqlite://{}", path(directory).display())
}

/// A connection of another program.
pub(crate) async fn stranger(directory: &TempDir) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path(directory))
        .create_if_missing(true);
    options.connect().await.unwrap()
}

/// Runs statements as another program does.
pub(crate) async fn run(directory: &TempDir, statements: &str) {
    let mut connection = stranger(directory).await;
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
}
