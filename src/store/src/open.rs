//! From the option `DATA_DB` to a store.

use std::sync::Arc;

use crate::mysql::MySqlStore;
use crate::sqlite::SqliteStore;
use crate::{Database, StoreError, StoreErrorKind};

/// Opens the store that a `DATA_DB` address names, and brings it to the schema of this release.
///
/// `sqlite:///path/to/file` is a file in the file system; it is made, with its directory, if it is missing.
/// `mysql://user:password@host:port/database` is a database of MySQL or MariaDB that is there already. Options may
/// follow after `?`, between `&`: `ssl-mode` (`DISABLED`, `PREFERRED` (the default), `REQUIRED`, `VERIFY_CA`,
/// `VERIFY_IDENTITY`), `ssl-ca`, `ssl-cert` and `ssl-key` (files), `socket` (instead of host and port), `connections`
/// (at most so many; 32 if it is not given).
pub async fn open(url: &str) -> Result<Arc<dyn Database>, StoreError> {
    match url.split_once("://") {
        Some(("sqlite", path)) => Ok(Arc::new(SqliteStore::open(path).await?)),
        Some(("mysql", address)) => Ok(Arc::new(MySqlStore::open(address).await?)),
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Err(refused(format!(
                "DATA_DB begins with '{scheme}://', and infrastructures are stored in 'sqlite:///path/to/file' or \
                 'mysql://user:password@host:port/database'"
            )))
        }
        _ => Err(unknown()),
    }
}

/// Looks whether the store that a `DATA_DB` address names can be used, and changes nothing: answers a full sentence about
/// what is there.
///
/// # Errors
/// If it cannot be used.
pub async fn probe(url: &str) -> Result<String, StoreError> {
    match url.split_once("://") {
        Some(("sqlite", path)) => SqliteStore::probe(path).await,
        Some(("mysql", address)) => MySqlStore::probe(address).await,
        _ => Err(unknown()),
    }
}

/// The address may hold a password: it is not shown.
fn unknown() -> StoreError {
    refused("DATA_DB must be an address like 'sqlite:///path/to/file' or 'mysql://user:password@host:port/database'".to_owned())
}

fn refused(context: String) -> StoreError {
    StoreError::new(StoreErrorKind::Other, None, context)
}
