//! Where a value came from.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was not set.
    Default,
    /// A line of the configuration file, counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line in which the option begins.
        line: usize,
    },
    /// A variable of the environment, by name.
    Variable(String),
    /// A file that a variable of the environment names.
    SecretFile {
        /// The variable.
        variable: String,
        /// The file.
        path: PathBuf,
    },
}

/// An option with the value that it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The section of im.cfg.
    pub section: &'static str,
    /// The name of the option.
    pub name: &'static str,
    /// The value as im.cfg would have it, with stars for secrets.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

// === impl Origin ===

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "Environment variable {name}"),
            Self::SecretFile { variable, path } => write!(
                f,
                "File {} named by environment variable {variable}",
                path.display()
            ),
        }
    }
}
