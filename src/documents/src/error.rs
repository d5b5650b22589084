//! Why a document cannot be had.

use std::path::PathBuf;
use std::time::Duration;

use im_tosca::FetchError;

/// A document cannot be had. The text goes to whoever named the document; it has nothing of what other addresses answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The text is no address that documents are asked for at.
    #[error("{0}")]
    Address(String),
    /// The address is of a network that is not to be reached.
    #[error(
        "'{0}' is not a public address, and this service asks for documents at public addresses only"
    )]
    Closed(String),
    /// The server answers, but not with the document.
    #[error("{reason}")]
    Status {
        /// The status of the answer.
        status: u16,
        /// Its reason phrase.
        reason: String,
        /// The beginning of its body.
        body: String,
    },
    /// There was no answer, or none that can be understood.
    #[error("{0}")]
    Broken(String),
    /// It took too long.
    #[error("timed out after {} seconds", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The document is longer than allowed.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// It is not text in UTF-8.
    #[error("it is not text in UTF-8")]
    NotText,
    /// The server sends on and on.
    #[error("more than {0} redirects")]
    Redirects(usize),
}

/// The settings cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file of authorities cannot be used.
    #[error("The file {} cannot be used: {reason}. Certificates of authorities in PEM form are expected.", file.display())]
    Authorities {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The directory of documents is not one.
    #[error("The directory of documents {} cannot be read: {reason}.", directory.display())]
    Directory {
        /// Which directory.
        directory: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

// === impl DocumentError ===

impl DocumentError {
    /// What a missing document is answered with.
    pub(crate) fn not_found() -> Self {
        Self::Status {
            status: 404,
            reason: "Not Found".to_owned(),
            body: "404: Not Found".to_owned(),
        }
    }

    /// Whether what was fetched before may stand in: the server is not there, and has not said otherwise.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status == 429 || *status >= 500,
            Self::Broken(_) | Self::TimedOut(_) => true,
            _ => false,
        }
    }
}

impl From<DocumentError> for FetchError {
    fn from(error: DocumentError) -> Self {
        let reason = error.to_string();
        let body = match error {
            DocumentError::Status { body, .. } => body,
            _ => String::new(),
        };
        Self { reason, body }
    }
}
