//! The file itself: where it is, and that only its owner can read the passwords in it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::{StoreError, StoreErrorKind};

/// The path after `sqlite://`, with its directory (mode 700) and the file (mode 600) made if they are missing.
pub(super) fn prepare(path: &str) -> Result<PathBuf, StoreError> {
    if !path.starts_with('/') || path.ends_with('/') || path.contains(['?', '#', '\0']) {
        return Err(StoreError::new(
            StoreErrorKind::Other,
            None,
            "DATA_DB must name a file by its whole path and without options, as in 'sqlite:///etc/im/inf.dat'",
        ));
    }
    let path = PathBuf::from(path);
    if let Some(directory) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|error| unavailable("the directory of the database", directory, error))?;
    }
    create(&path).map_err(|error| unavailable("the database", &path, error))?;
    Ok(path)
}

fn create(path: &Path) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(file) => {
            file.sync_all()?;
            // The name of the file is durable when its directory is.
            path.parent()
                .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mode = path.metadata()?.permissions().mode();
            if mode & 0o077 != 0 {
                tracing::warn!(
                    path = %path.display(),
                    mode = format!("{:o}", mode & 0o777),
                    "the database holds passwords, and others than its owner may read or write it"
                );
            }
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn unavailable(what: &str, path: &Path, error: io::Error) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unavailable,
        None,
        format!(
            "{what}, {}, cannot be opened or made: {error}",
            path.display()
        ),
    )
    .caused_by(error)
}
