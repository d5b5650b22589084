//! Why the service does not start.

use std::path::PathBuf;

use crate::origin::Origin;

/// One thing that is wrong in the configuration. `Display` is a sentence that never shows a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file cannot be read: the configuration file, or one that holds a secret.
    #[error("The file {} cannot be read ({reason}); {wanted}.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
        /// Who asked for it.
        wanted: String,
    },
    /// A line of the file is not understood.
    #[error("{}, line {line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// A sentence.
        message: String,
    },
    /// An option has a value that it cannot have.
    #[error("{origin}: {option} is {shown}, but {expected} was expected{detail}.")]
    BadValue {
        /// Where the value stands.
        origin: Origin,
        /// The option.
        option: &'static str,
        /// The value in quotation marks, or words that stand for a secret.
        shown: String,
        /// What was expected.
        expected: &'static str,
        /// Which piece is wrong, as ` (...)`, or nothing.
        detail: String,
    },
    /// Options that are fine one by one do not fit together.
    #[error("{0}")]
    Contradiction(String),
}
