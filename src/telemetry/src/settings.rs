//! What the log is to be like.

use std::path::PathBuf;

use tracing::level_filters::LevelFilter;

/// How many rotated files are kept: `im.log.1`, the youngest, to `im.log.3`.
pub const ROTATED_FILES: u32 = 3;

/// The options of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// `LOG_LEVEL`: the least severe messages that are logged.
    pub level: LogLevel,
    /// `LOG_FILE`. Without it the log goes to standard error.
    pub file: Option<PathBuf>,
    /// `LOG_FILE_MAX_SIZE`: the size in bytes that the file does not exceed.
    ///
    /// One page of the manual calls the unit KiB. Its default, 10485760, is 10 MiB in bytes and would be 10 GiB in
    /// KiB, and IM itself counts bytes: so do existing configurations.
    pub max_size: u64,
    /// The form of the lines.
    pub format: LogFormat,
}

/// Severities, by the names of `LOG_LEVEL`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// The form of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `2026-11-22 17:00:00,123 - InfrastructureManager - INFO - Inf ID: <id>: message`, in local time.
    #[default]
    Text,
    /// One JSON object a line, with the moment in UTC.
    Json,
}

// === impl LogSettings ===

impl Default for LogSettings {
    /// Information in text to standard error.
    fn default() -> Self {
        Self {
            level: LogLevel::Info,
            file: None,
            max_size: 10 * 1024 * 1024,
            format: LogFormat::Text,
        }
    }
}

// === impl LogLevel ===

impl LogLevel {
    /// The level of events of this service's rooms from which on they are looked at.
    pub(crate) fn filter(self) -> LevelFilter {
        match self {
            Self::Debug => LevelFilter::DEBUG,
            Self::Info => LevelFilter::INFO,
            Self::Warning => LevelFilter::WARN,
            Self::Error | Self::Critical => LevelFilter::ERROR,
        }
    }
}
