//! The file of `USER_DB`: who may use the service.
//!
//! The file is looked at when somebody asks, at most once a [`LOOK_EVERY`], and read again when its time of change, size
//! or inode changed. The lock is held for that look and that reading, never for a comparison; whoever asks in between
//! waits for one small local file. A file that is not there lets nobody in. One that is there and cannot be
//! understood, perhaps since it is half written, leaves in force what was read last.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use im_domain::Identity;
use im_util::{Clock, Secret};
use serde::Deserialize;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The largest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// A file of users.
#[derive(Debug)]
pub(crate) struct UserDb {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    looked_at: Option<Duration>,
    stamp: Option<Stamp>,
    missing_reported: bool,
    users: Arc<Vec<Identity>>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    changed: (i64, i64),
    size: u64,
    inode: u64,
}

#[derive(Deserialize)]
struct Document {
    users: Vec<User>,
}

#[derive(Deserialize)]
struct User {
    username: String,
    password: Secret,
}

// === impl UserDb ===

impl UserDb {
    pub(crate) fn new(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            path,
            clock,
            state: Mutex::default(),
        }
    }

    /// The users as of the last look.
    pub(crate) fn current(&self) -> Arc<Vec<Identity>> {
        let now = self.clock.monotonic();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let due = state
            .looked_at
            .is_none_or(|at| now.saturating_sub(at) >= LOOK_EVERY);
        if due {
            state.looked_at = Some(now);
            state.look(&self.path);
        }
        Arc::clone(&state.users)
    }
}

// === impl State ===

impl State {
    fn look(&mut self, path: &Path) {
        let stamp = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Stamp::of(&metadata),
            Ok(_) => return self.nobody(path, "it is not a file"),
            Err(error) => return self.nobody(path, &error.to_string()),
        };
        self.missing_reported = false;
        if self.stamp == Some(stamp) {
            return;
        }
        self.stamp = Some(stamp);
        match read(path) {
            Ok(users) => {
                tracing::info!(path = %path.display(), users = users.len(), "Read the users of USER_DB.");
                self.users = Arc::new(users);
            }
            Err(reason) => tracing::error!(
                path = %path.display(),
                users = self.users.len(),
                "USER_DB cannot be read: {reason}. The users that were read before stay in force."
            ),
        }
    }

    fn nobody(&mut self, path: &Path, reason: &str) {
        if !self.missing_reported {
            tracing::error!(path = %path.display(), "USER_DB cannot be read: {reason}. Nobody is let in.");
        }
        self.missing_reported = true;
        self.stamp = None;
        self.users = Arc::default();
    }
}

// === impl Stamp ===

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            size: metadata.len(),
            inode: metadata.ino(),
        }
    }
}

/// The users of the file. The reasons of a refusal name places, never values.
fn read(path: &Path) -> Result<Vec<Identity>, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("it has more than {MAX_FILE_BYTES} bytes"));
    }
    let document: Document = serde_json::from_slice(&bytes).map_err(|error| {
        format!(
            "line {}, column {}: expected {{\"users\": [{{\"username\": ..., \"password\": ...}}]}}",
            error.line(),
            error.column()
        )
    })?;
    Ok(document
        .users
        .into_iter()
        .map(|user| Identity::new(user.username, user.password))
        .collect())
}
