//! Errors of a use case, by what the caller can do about them.

use std::convert::Infallible;

use im_auth::{AuthError, AuthErrorKind};
use im_cluster::{ChangeError, ClusterError, Elsewhere, Peer};
use im_connectors::{ConnectorError, ErrorKind as CloudErrorKind, Retry};
use im_domain::InfId;
use im_radl::{CheckError, ParseError};
use im_store::{StoreError, StoreErrorKind};
use thiserror::Error;
use tokio::task::JoinError;

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
    /// The infrastructure has changed since the version that the request is meant for: look again.
    Stale,
    /// The key of the request was used for another one: take a new key.
    KeyReused,
    /// The first request under this key has not been answered yet: ask again later.
    InProgress,
    /// Another node owns the infrastructure, and nothing was done: [`Error::elsewhere`] says which.
    Elsewhere,
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
    /// With `Elsewhere`: where.
    pub elsewhere: Option<Box<Elsewhere>>,
}

// === impl Error ===

impl Error {
    /// An error without a further cause.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
            elsewhere: None,
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

    /// An infrastructure of another node.
    pub(crate) fn elsewhere(id: &InfId, peer: Peer) -> Self {
        let mut error = Self::new(
            ErrorKind::Elsewhere,
            "Another node serves this infrastructure. Try again.",
        );
        let id = id.clone();
        error.elsewhere = Some(Box::new(Elsewhere { id, peer }));
        error
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

    /// The same, of work that has begun. The commit that failed changed nothing, but others did before it, and whoever
    /// takes the work up finishes it.
    pub(crate) fn in_the_middle(self) -> Self {
        let source = self.source.as_deref();
        let is_of_cluster = source.is_some_and(|source| source.is::<ClusterError>());
        if self.kind != ErrorKind::Unavailable || !is_of_cluster {
            return self;
        }
        let message = "This was begun, and it is not known yet what became of it: it is finished \
                       when the database can be reached. Look before trying again.";
        Self::new(ErrorKind::OutcomeUnknown, message).caused_by(self)
    }

    /// A change that was meant for another version.
    pub(crate) fn stale() -> Self {
        Self::new(
            ErrorKind::Stale,
            "The infrastructure has changed since: it is not at the version that If-Match names. Nothing was done.",
        )
    }

    /// A key that was used before, for something else.
    pub(crate) fn key_reused() -> Self {
        Self::new(
            ErrorKind::KeyReused,
            "The Idempotency-Key was used before, for another request. Nothing was done.",
        )
    }

    /// A repeat of what goes on.
    pub(crate) fn in_progress() -> Self {
        Self::new(
            ErrorKind::InProgress,
            "The first request under this Idempotency-Key has not been answered yet. Try again later.",
        )
    }

    /// Work of this service that ended before its time.
    pub(crate) fn aborted(error: JoinError) -> Self {
        Self::new(ErrorKind::Internal, "The service failed. Its log says why.").caused_by(error)
    }

    /// A verb that the boot mode does not allow.
    pub fn disabled() -> Self {
        Self::new(ErrorKind::Disabled, "Function currently disabled.")
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        let kind = match error.kind() {
            AuthErrorKind::Refused => ErrorKind::Unauthorized,
            AuthErrorKind::Malformed => ErrorKind::Invalid,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<ClusterError> for Error {
    fn from(error: ClusterError) -> Self {
        let (kind, message) = match &error {
            ClusterError::AlreadyExists(id) => (
                ErrorKind::Invalid,
                format!("There is an infrastructure with the ID {id} already."),
            ),
            ClusterError::Stale(_) => return Self::stale(),
            ClusterError::Repeated(_) => (
                ErrorKind::Unavailable,
                "Another request under the same key came at the same time. Nothing was changed; try again."
                    .to_owned(),
            ),
            ClusterError::Unavailable(_) => (
                ErrorKind::Unavailable,
                "The database cannot be reached. Nothing was changed; try again later.".to_owned(),
            ),
            ClusterError::Lost(id) => (
                ErrorKind::Unavailable,
                format!(
                    "The infrastructure {id} was changed elsewhere at the same time. Try again."
                ),
            ),
            ClusterError::NotFresh => (
                ErrorKind::Unavailable,
                "This node cannot reach the database. Nothing was changed; try again later."
                    .to_owned(),
            ),
            ClusterError::OwnerSilent(id) => (
                ErrorKind::Unavailable,
                format!(
                    "The node that serves the infrastructure {id} does not answer. Nothing was \
                     changed; try again later."
                ),
            ),
            ClusterError::OutcomeUnknown(id) => (
                ErrorKind::OutcomeUnknown,
                format!(
                    "It is not known whether the change of the infrastructure {id} was made. \
                     Look before trying again."
                ),
            ),
            _ => (
                ErrorKind::Internal,
                "The stored infrastructure cannot be used. The log of the service says why."
                    .to_owned(),
            ),
        };
        Self::new(kind, message).caused_by(error)
    }
}

impl<E: Into<Error>> From<ChangeError<E>> for Error {
    fn from(error: ChangeError<E>) -> Self {
        match error {
            ChangeError::Refused(refusal) => refusal.into(),
            ChangeError::Cluster(error) => error.into(),
        }
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<CheckError> for Error {
    fn from(error: CheckError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let (kind, message) = match error.kind {
            StoreErrorKind::Unavailable | StoreErrorKind::Unknown => (
                ErrorKind::Unavailable,
                "The database cannot be reached. Try again later.",
            ),
            _ => (
                ErrorKind::Internal,
                "The database cannot answer. The log of the service says why.",
            ),
        };
        Self::new(kind, message).caused_by(error)
    }
}

impl From<ConnectorError> for Error {
    fn from(error: ConnectorError) -> Self {
        let kind = match (error.kind, error.retry) {
            (_, Retry::AfterCheck) => ErrorKind::OutcomeUnknown,
            (
                CloudErrorKind::RateLimited | CloudErrorKind::Timeout | CloudErrorKind::Unavailable,
                _,
            ) => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        };
        Self::new(kind, error.message.clone()).caused_by(error)
    }
}
