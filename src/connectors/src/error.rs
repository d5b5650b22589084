//! Errors of a cloud, by what the caller can do about them.

use thiserror::Error;

use crate::Operation;

/// What went wrong, as far as the caller can act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The credentials were refused.
    Unauthorized,
    /// The cloud does not know the thing.
    NotFound,
    /// No room, or over quota: another cloud may have some, or this one later.
    Capacity,
    /// The request cannot be served by this cloud; another form of it may.
    Invalid,
    /// This type of cloud cannot do this, or there is no such type.
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

/// Whether and how the same call may be made again at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It will fail again, as far as anybody can tell.
    Never,
    /// Nothing happened, or a repeat does no harm: call again, a moment later.
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
    /// The call that failed.
    pub operation: Operation,
    /// For the user: a full sentence without secrets.
    pub message: String,
    /// The cause, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

// === impl ErrorKind ===

impl ErrorKind {
    /// The word for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::NotFound => "not_found",
            Self::Capacity => "capacity",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Other => "other",
        }
    }
}

// === impl Retry ===

impl Retry {
    /// The word for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Safe => "safe",
            Self::AfterCheck => "after_check",
        }
    }

    /// How a call whose answer was lost may be repeated.
    pub fn after_lost_answer(operation: Operation) -> Self {
        if operation.is_repeatable() {
            Self::Safe
        } else {
            Self::AfterCheck
        }
    }
}

// === impl ConnectorError ===

impl ConnectorError {
    /// An error without a further cause.
    pub fn new(
        kind: ErrorKind,
        retry: Retry,
        operation: Operation,
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

    /// A request that this cloud cannot serve as it is.
    pub fn invalid(operation: Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, Retry::Never, operation, message)
    }

    /// A thing that the cloud does not know.
    pub fn not_found(operation: Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, Retry::Never, operation, message)
    }

    /// With its cause.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether the call may have had its effect although it failed.
    pub fn is_outcome_unknown(&self) -> bool {
        self.retry == Retry::AfterCheck
    }
}
