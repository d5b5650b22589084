//! The log.

use im_config::Settings;
use im_telemetry::{LogFormat, LogLevel, LogSettings};

/// Where the log goes, and how much of it.
pub(crate) fn settings(settings: &Settings) -> LogSettings {
    LogSettings {
        level: match settings.log.level {
            im_config::LogLevel::Debug => LogLevel::Debug,
            im_config::LogLevel::Info => LogLevel::Info,
            im_config::LogLevel::Warning => LogLevel::Warning,
            im_config::LogLevel::Error => LogLevel::Error,
            im_config::LogLevel::Critical => LogLevel::Critical,
        },
        file: settings.log.file.clone(),
        max_size: settings.log.file_max_size.get(),
        format: match settings.log.format {
            im_config::LogFormat::Text => LogFormat::Text,
            im_config::LogFormat::Json => LogFormat::Json,
        },
    }
}
