//! From the option `DATA_DB` to a store.

use std::sync::Arc;

use crate::sqlite::SqliteStore;
use crate::{Store, StoreError, StoreErrorKind};

/// Opens the store that a `DATA_DB` address names, and brings it to the schema of this release.
///
/// `sqlite:///path/to/file` is a file in the file system; it is made, with its directory, if it is missing.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    match url.split_once("://") {
        Some(("sqlite", path)) => Ok(Arc::new(SqliteStore::open(path).await?)),
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Err(refused(format!(
                "DATA_DB begins with '{scheme}://', and this build stores in 'sqlite:///path/to/file' only"
            )))
        }
        // The rest may hold a password: it is not shown.
        _ => Err(refused(
            "DATA_DB must be an address like 'sqlite:///path/to/file'".to_owned(),
        )),
    }
}

fn refused(context: String) -> StoreError {
    StoreError::new(StoreErrorKind::Other, None, context)
}
