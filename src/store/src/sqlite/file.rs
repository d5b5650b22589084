//! The file itself: where it is, and that only its owner can read the passwords in it.

use std::fs::{DirBuilder, File, OpenOptions, remove_file};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::{StoreError, StoreErrorKind};

/// The path after `sqlite://`.
pub(super) fn named(path: &str) -> Result<PathBuf, StoreError> {
    if !path.starts_with('/') || path.ends_with('/') || path.contains(['?', '#', '\0']) {
        return Err(StoreError::new(
            StoreErrorKind::Other,
            None,
            "DATA_DB must name a file by its whole path and without options, as in 'sqlite:///etc/im/inf.dat'",
        ));
    }
    Ok(PathBuf::from(path))
}

/// Whether the file is there and can be written. If it is not there, it must be possible to make it.
pub(super) fn is_there(path: &Path) -> Result<bool, StoreError> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(_) => return Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(unavailable("the database", path, error)),
    }
    let nearest = path.ancestors().skip(1).find(|above| above.exists());
    let nearest = nearest.unwrap_or(Path::new("/"));
    let trial = nearest.join(format!(".im-{}", Uuid::new_v4()));
    let made = OpenOptions::new().write(true).create_new(true).open(&trial);
    made.and_then(|_| remove_file(&trial))
        .map(|()| false)
        .map_err(|error| unavailable("the directory of the database", nearest, error))
}

/// The path after `sqlite://`, with its directory (mode 700) and the file (mode 600) made if they are missing.
pub(super) fn prepare(path: &str) -> Result<PathBuf, StoreError> {
    let path = named(path)?;
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
