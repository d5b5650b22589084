//! How severe a message is.

use std::fmt;

use serde::{Deserialize, Serialize};
use tracing::Level;

/// Severities, by the names of `LOG_LEVEL`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// For those who look for an error.
    Debug,
    /// The course of things.
    #[default]
    Info,
    /// Something odd.
    Warning,
    /// Something failed.
    Error,
    /// The service cannot go on: events of level `ERROR` with the field `critical = true`.
    Critical,
}

// === impl LogLevel ===

impl LogLevel {
    /// The level with this name, in any letter case; `WARN` and `FATAL` are understood as well.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "DEBUG" => Self::Debug,
            "INFO" => Self::Info,
            "WARNING" | "WARN" => Self::Warning,
            "ERROR" => Self::Error,
            "CRITICAL" | "FATAL" => Self::Critical,
            _ => return None,
        })
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }

    /// Its number in Python's `logging`.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Debug => 10,
            Self::Info => 20,
            Self::Warning => 30,
            Self::Error => 40,
            Self::Critical => 50,
        }
    }

    /// Its number for syslog: 7 is debug, 2 critical.
    pub(crate) fn severity(self) -> u8 {
        match self {
            Self::Debug => 7,
            Self::Info => 6,
            Self::Warning => 4,
            Self::Error => 3,
            Self::Critical => 2,
        }
    }

    /// The level of an event.
    pub(crate) fn of(level: Level, critical: bool) -> Self {
        match level {
            Level::ERROR if critical => Self::Critical,
            Level::ERROR => Self::Error,
            Level::WARN => Self::Warning,
            Level::INFO => Self::Info,
            _ => Self::Debug,
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
