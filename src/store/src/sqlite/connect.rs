//! Connections to the file, with all that makes a commit durable.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};

use super::errors;
use crate::StoreError;

/// How long a statement waits for another process that holds the file's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a reader waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

const READERS: u32 = 4;

/// How often the mode of a file is set that another process opens at the same time: for that the file's lock is not
/// waited for.
const ATTEMPTS: u32 = 50;

/// The one connection that writes.
pub(super) async fn writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = options(path)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit is on the disk before it is acknowledged.
        .synchronous(SqliteSynchronous::Full);
    let mut attempts = 0;
    loop {
        attempts += 1;
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            Err(error) if errors::is_uncommitted(&error) && attempts < ATTEMPTS => {
                tokio::time::sleep(BUSY_TIMEOUT / ATTEMPTS).await;
            }
            Err(error) => {
                let place = path.display();
                let what = format!("the database {place} cannot be opened");
                return Err(errors::failed(None, &what, error));
            }
        }
    }
}

/// Connections that only read, made when they are needed.
pub(super) fn readers(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options(path).pragma("query_only", "ON"))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}
