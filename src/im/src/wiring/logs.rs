//! The log.

use im_api_peer::{Local, listen_local};
use im_config::{OtherFile, OtherOption, OtherSection, Settings};
use im_telemetry::{
    Conf, ConfEntry, ConfSection, LogControl, LogFormat, LogLevel, LogOptions, LogSettings,
};
use tokio_util::sync::CancellationToken;

use super::cluster::machine_name;

/// Where the log goes, and how much of it. The errors are full sentences.
pub(crate) fn settings(settings: &Settings) -> Result<LogSettings, Vec<String>> {
    let Some(path) = &settings.log.conf else {
        let mut plain = LogSettings::from(options(settings));
        plain.hostname = machine_name();
        return Ok(plain);
    };
    let file = OtherFile::read(path, "LOGGING_CONF says that it describes the log");
    let conf = conf(file.map_err(said)?);
    conf.settings(&machine_name()).map_err(said)
}

fn said(errors: Vec<impl ToString>) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

/// The socket through which an operator asks a node that is alone.
pub(crate) async fn socket(
    settings: &Settings,
    logs: &LogControl,
    shutdown: &CancellationToken,
) -> Result<Option<Local>, String> {
    let is_wanted = settings.log.control_socket.is_some();
    let Some(path) = settings.control_socket() else {
        return Ok(None);
    };
    match listen_local(&path, logs.clone(), shutdown.clone()).await {
        Ok(local) => Ok(Some(local)),
        Err(error) if is_wanted => Err(format!("{error} CONTROL_SOCKET names it.")),
        Err(error) => {
            tracing::warn!("im loglevel cannot ask this node. {error}");
            Ok(None)
        }
    }
}

fn options(settings: &Settings) -> LogOptions {
    LogOptions {
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

fn conf(file: OtherFile) -> Conf {
    Conf {
        path: file.path,
        sections: file.sections.into_iter().map(section).collect(),
    }
}

fn section(section: OtherSection) -> ConfSection {
    ConfSection {
        name: section.name,
        line: section.line,
        entries: section.options.into_iter().map(entry).collect(),
    }
}

fn entry(option: OtherOption) -> ConfEntry {
    ConfEntry {
        name: option.name,
        line: option.line,
        raw: option.raw,
        value: option.value,
    }
}
