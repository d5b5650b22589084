//! Errors of a use case, by what the caller can do about them.

use im_domain::InfId;
use thiserror::Error;

/// What the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The credentials were read, and do not prove who is asking (no user, wrong password, wrong issuer).
    Unauthorized,
    /// This node's boot mode does not allow the verb.
    Disabled,
    /// The infrastructure belongs to others.
    Forbidden,
    /// There is no such infrastructure, or it was deleted.
    NotFound,
    /// The infrastructure has no such machine.
    VmNotFound,
    /// The machine was removed.
    VmDeleted,
    /// The machine, or the infrastructure, has no such property, or it is not set.
    PropertyNotFound,
    /// The request cannot be served as it is: change it.
    Invalid,
    /// A limit of the service was exceeded: ask for less.
    TooLarge,
    /// The service cannot do it now, and nothing was done: ask again later.
    Unavailable,
    /// It may or may not have been done; the service finds out. Look before asking again.
    OutcomeUnknown,
    /// A fault of the service.
    Internal,
}

/// An error of a use case.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct Error {
    /// What the caller can do.
    pub kind: ErrorKind,
    /// For the user: without secrets, without prefixes of an API.
    pub message: String,
    /// The cause, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

// === impl Error ===

impl Error {
    /// An error without a further cause.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
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

    /// A request that cannot be served as it is.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// An infrastructure that never was, or was deleted.
    pub fn not_found(_id: &InfId) -> Self {
        Self::new(
            ErrorKind::NotFound,
            "Invalid infrastructure ID or access not granted.",
        )
    }

    /// An infrastructure of others.
    pub fn forbidden() -> Self {
        Self::new(
            ErrorKind::Forbidden,
            "Access to this infrastructure not granted.",
        )
    }

    /// A machine that never was.
    pub fn vm_not_found() -> Self {
        Self::new(ErrorKind::VmNotFound, "Invalid VM ID")
    }

    /// A machine that was removed.
    pub fn vm_deleted() -> Self {
        Self::new(ErrorKind::VmDeleted, "Deleted VM.")
    }

    /// A verb that the boot mode does not allow.
    pub fn disabled() -> Self {
        Self::new(ErrorKind::Disabled, "Function currently disabled.")
    }
}
