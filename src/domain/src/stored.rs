//! The stored form of an infrastructure: the JSON that release 1.19 keeps in the column `data`.

use thiserror::Error;

/// A stored form that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {reason}")]
pub struct StoredError {
    /// Where, as `vm_list[2].cloud.id`.
    pub path: String,
    /// What was found and what was expected, without any value that could be a secret.
    pub reason: String,
}
