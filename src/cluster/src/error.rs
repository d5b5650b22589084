//! Errors of opening and changing infrastructures, by what the caller can do about them.

use im_domain::{InfId, OperationId};
use im_store::{StoreError, StoreErrorKind};
use thiserror::Error;

/// Why an infrastructure cannot be opened or a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// A live infrastructure has this id.
    #[error("infrastructure {0} exists already")]
    AlreadyExists(InfId),
    /// The store cannot be asked now. Nothing was changed; trying again may help.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The row was changed by somebody else. Nothing was changed here; open it again.
    #[error("infrastructure {0} was changed by another process")]
    Lost(InfId),
    /// The change may or may not have been made, and the store cannot be asked which.
    #[error("it is not known whether the change to infrastructure {0} was made")]
    OutcomeUnknown(InfId),
    /// This node cannot prove in time that what it knows is current: its session is not fresh. Nothing was done.
    #[error(
        "this node cannot prove that what it knows is current: the database does not confirm its session"
    )]
    NotFresh,
    /// The infrastructure is not at a version that the change was meant for. Nothing was changed.
    #[error("infrastructure {0} has changed since")]
    Stale(InfId),
    /// Another node owns the infrastructure, is not known to be dead, and does not answer. Nothing was done; it answers
    /// soon, or is declared dead.
    #[error("infrastructure {0} belongs to a node that does not answer")]
    OwnerSilent(InfId),
    /// The user began an operation under the same key before, this one. Nothing was changed.
    #[error("the operation {0} was begun under the same key before")]
    Repeated(OperationId),
    /// The stored form cannot be understood.
    #[error("{0}")]
    Corrupt(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Why a change was not made.
#[derive(Debug, Error)]
pub enum ChangeError<E> {
    /// The change itself refused.
    #[error("{0}")]
    Refused(E),
    /// It could not be committed.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

// === impl ClusterError ===

impl ClusterError {
    /// Translates an error of the store about an infrastructure.
    pub(crate) fn from_store(id: &InfId, error: &StoreError) -> Self {
        match &error.kind {
            StoreErrorKind::AlreadyExists => Self::AlreadyExists(id.clone()),
            StoreErrorKind::Conflict(_) => Self::Lost(id.clone()),
            StoreErrorKind::Corrupt => Self::Corrupt(error.to_string()),
            StoreErrorKind::Unavailable => Self::Unavailable(error.to_string()),
            StoreErrorKind::Repeated(operation) => Self::Repeated(*operation),
            StoreErrorKind::Unknown => Self::OutcomeUnknown(id.clone()),
            _ => Self::Other(error.to_string()),
        }
    }
}
