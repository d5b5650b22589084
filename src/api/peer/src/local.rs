//! A socket of the file system, for the operator of a node that is alone.
//!
//! # Why a socket, and who may speak
//! A node that is alone has no `CLUSTER_SECRET`, so a port on loopback would need a secret of its own, and every user of the
//! machine could knock. A socket needs none: the operating system says who is at the other end, and nobody but the user
//! that the service runs as, and root, is listened to. That is asked of each connection, so it does not matter with
//! which rights the file is made or into which directory; its mode says the same, for people. The file is only ever
//! replaced if it is a socket that nobody listens on.
//!
//! A question is one line of JSON, and so is the answer. Questions are answered one after the other, each in a bounded time.

use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use im_telemetry::{LevelChange, LevelReport, LogControl};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::server::levels;

/// A socket that is listened on.
#[derive(Debug)]
pub struct Local {
    /// Ends after the shutdown, when the file is gone.
    pub join: JoinHandle<()>,
}

/// Why a node cannot be asked, or cannot be listened for.
#[derive(Debug, Error)]
pub enum LocalError {
    /// The socket cannot be made.
    #[error("The socket {} cannot be listened on: {source}.", path.display())]
    Listen {
        /// The socket.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Nobody answers.
    #[error("The node does not answer at {}: {source}. Does it run, as this user, with this configuration?", path.display())]
    Ask {
        /// The socket.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

struct Socket {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
    logs: LogControl,
}

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// After a connection that could not be taken.
const BREATH: Duration = Duration::from_millis(50);

/// The longest line.
const LONGEST: u64 = 64 * 1024;

/// The user who may ask everybody.
const ROOT: u32 = 0;

/// Listens until `shutdown`.
///
/// # Errors
/// If the socket cannot be made, or another process listens on it.
pub async fn listen_local(
    path: &Path,
    logs: LogControl,
    shutdown: CancellationToken,
) -> Result<Local, LocalError> {
    let bound = bind(path).await;
    let (listener, owner) = bound.map_err(|source| LocalError::Listen {
        path: path.to_owned(),
        source,
    })?;
    let socket = Socket {
        listener,
        path: path.to_owned(),
        owner,
        logs,
    };
    let join = tokio::spawn(async move {
        shutdown.run_until_cancelled(socket.serve()).await;
        let _ = std::fs::remove_file(&socket.path);
    });
    Ok(Local { join })
}

async fn bind(path: &Path) -> io::Result<(UnixListener, u32)> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let is_socket = std::fs::symlink_metadata(path)?.file_type().is_socket();
            if !is_socket || UnixStream::connect(path).await.is_ok() {
                return Err(error);
            }
            std::fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600))?;
    let owner = std::fs::symlink_metadata(path)?.uid();
    Ok((listener, owner))
}

/// Asks the node that listens on a socket about the levels of its log, or changes them; the inner error is why it changed
/// nothing.
///
/// # Errors
/// If it does not answer.
pub async fn ask_local(
    path: &Path,
    change: &LevelChange,
) -> Result<Result<LevelReport, String>, LocalError> {
    let asked = async {
        let stream = UnixStream::connect(path).await?;
        let mut stream = BufReader::new(stream);
        let mut question = serde_json::to_vec(change)?;
        question.push(b'\n');
        stream.write_all(&question).await?;
        let mut answer = String::new();
        stream.take(LONGEST).read_line(&mut answer).await?;
        if answer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&answer)?)
    };
    let answered = timeout(PATIENCE, asked).await;
    let answered = answered.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    answered.map_err(|source| LocalError::Ask {
        path: path.to_owned(),
        source,
    })
}

// === impl Socket ===

impl Socket {
    async fn serve(&self) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => match timeout(PATIENCE, self.answer(stream)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::debug!(%error, "a question was not answered"),
                    Err(_) => tracing::debug!("a question took too long"),
                },
                Err(error) => {
                    tracing::warn!(%error, "a connection to the socket of im loglevel could not be taken");
                    sleep(BREATH).await;
                }
            }
        }
    }

    async fn answer(&self, stream: UnixStream) -> io::Result<()> {
        let user = stream.peer_cred()?.uid();
        if user != self.owner && user != ROOT {
            tracing::warn!(user, "another user asked for the levels of the log");
            return Ok(());
        }
        let mut stream = BufReader::new(stream);
        let mut question = String::new();
        (&mut stream).take(LONGEST).read_line(&mut question).await?;
        let change: LevelChange = serde_json::from_str(&question)?;
        let mut answer = serde_json::to_vec(&levels(&self.logs, &change))?;
        answer.push(b'\n');
        stream.write_all(&answer).await
    }
}
