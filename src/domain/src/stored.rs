//! The stored form of an infrastructure: the JSON that release 1.19 keeps in the column `data`.
//!
//! [`write()`] prints it as that release does, down to the order of the keys, the spaces and the escapes, so that a
//! service of that release can go on from it. [`read()`] accepts what any release wrote. [`import()`] accepts what a
//! user sends: the same form, with the checks that a stranger's document needs.
//!
//! Reading is linear in the size of the text and its depth is bounded. What is not understood is kept as data if it
//! is a key that this release does not know, and refused with its place otherwise.

mod import;
mod json;
mod owners;
mod reader;
mod texts;
mod vms;
mod whole;
mod writer;

use thiserror::Error;

pub use import::{ImportLimits, import};
pub use owners::{read_owners, write_owners};
pub use whole::read;
pub use writer::write;

/// Who wrote a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This service, or an export that is imported: reading gives what was written.
    Own,
    /// A release of the reference, in a database that it left: its documents are taken as that release takes them,
    /// with one more empty line around each recipe.
    Reference,
}

/// A stored form that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {reason}")]
pub struct StoredError {
    /// Where, as `vm_list[2].cloud.id`; `data` for the whole.
    pub path: String,
    /// What was found and what was expected, without any value that could be a secret.
    pub reason: String,
}

// === impl StoredError ===

impl StoredError {
    fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
        }
    }
}
