//! Errors of a cloud, by what the caller can do about them.

use thiserror::Error;

/// What went wrong, as far as the caller can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The credentials were refused.
    Unauthorized,
    /// The cloud does not know the thing.
    NotFound,
    /// No room, or over quota.
    Capacity,
    /// The request cannot be served by this cloud; another form of it may.
    Invalid,
    /// This type of cloud cannot do this.
    Unsupported,
    /// The cloud asks to come later.
    RateLimited,
    /// The cloud did not answer in time.
    Timeout,
    /// The cloud could not be reached, or answered that it is broken.
    Unavailable,
    /// Anything else.
    Other,
}

/// Whether and how the same call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It will fail again.
    Never,
    /// Nothing happened: call again, later.
    Safe,
    /// It may have happened: look first (by token), then call again with the same token.
    AfterCheck,
}

/// An error of a cloud.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct ConnectorError {
    /// What the caller can do.
    pub kind: ErrorKind,
    /// Whether the same call may be made again.
    pub retry: Retry,
    /// The operation, as `launch`.
    pub operation: &'static str,
    /// For the user: a full sentence without secrets.
    pub message: String,
    /// The cause, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

// === impl ConnectorError ===

impl ConnectorError {
    /// An error without a further cause.
    pub fn new(
        kind: ErrorKind,
        retry: Retry,
        operation: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            retry,
            operation,
            message: message.into(),
            source: None,
        }
    }
}
