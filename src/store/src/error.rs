//! Errors of a store, by what the caller can do about them.

use im_domain::{InfId, OperationId, StoredError};
use thiserror::Error;

use crate::Position;

/// What the caller can do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// A live row has this id. Nothing was written.
    AlreadyExists,
    /// The user began an operation under the same key before, this one. Nothing was written.
    Repeated(OperationId),
    /// The row moved on; nothing was written. Read again, or give up ownership. `None`: the row is gone.
    Conflict(Option<Position>),
    /// The stored form of this row cannot be understood. Other rows are not affected.
    Corrupt,
    /// The store could not be asked, and nothing was written. Trying again may help.
    Unavailable,
    /// The write was sent and its answer did not come: it may or may not have happened.
    Unknown,
    /// Anything else; trying again will not help.
    Other,
}

/// An error of a store.
#[derive(Debug, Error)]
#[error("{context}")]
pub struct StoreError {
    /// What the caller can do.
    pub kind: StoreErrorKind,
    /// The infrastructure concerned.
    pub id: Option<InfId>,
    /// A full sentence for the log.
    pub context: String,
    /// The cause, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

// === impl StoreErrorKind ===

impl StoreErrorKind {
    /// Whether it is certain that nothing was written.
    pub fn is_definite(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// The word for metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AlreadyExists => "already_exists",
            Self::Repeated(_) => "repeated",
            Self::Conflict(_) => "conflict",
            Self::Corrupt => "corrupt",
            Self::Unavailable => "unavailable",
            Self::Unknown => "unknown",
            Self::Other => "other",
        }
    }
}

// === impl StoreError ===

impl StoreError {
    /// An error about one infrastructure, or about none.
    pub fn new(kind: StoreErrorKind, id: Option<&InfId>, context: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.cloned(),
            context: context.into(),
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

    /// A row that cannot be understood.
    pub fn corrupt(id: &InfId, error: StoredError) -> Self {
        Self::new(
            StoreErrorKind::Corrupt,
            Some(id),
            format!("the stored form of infrastructure {id} cannot be read: {error}"),
        )
        .caused_by(error)
    }
}
