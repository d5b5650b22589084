//! What the log is to be like.

use std::path::PathBuf;

use crate::level::LogLevel;
use crate::pattern::Pattern;

/// How many rotated files the options of im.cfg keep: `im.log.1`, the youngest, to `im.log.3`.
pub const ROTATED_FILES: u32 = 3;

/// The name of the logger that stands for all.
pub const ROOT: &str = "root";

/// The whole log: who may say what, and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct LogSettings {
    /// What is logged of each part; one of them is [`ROOT`].
    pub loggers: Vec<LoggerSettings>,
    /// Where it goes.
    pub handlers: Vec<HandlerSettings>,
    /// The name of this machine, for `%(hostname)s`.
    pub hostname: String,
}

/// What is logged of one part of the service, as in a section `[logger_...]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggerSettings {
    /// [`ROOT`], `InfrastructureManager`, `CloudConnector`, `ConfManager`, a crate or a module such as
    /// `im_cluster::leases`, or a library.
    pub name: String,
    /// The least severe messages that are logged; `None`: as the next one up to the root.
    pub level: Option<LogLevel>,
    /// The names of the handlers that take them.
    pub handlers: Vec<String>,
    /// Whether the handlers of the next one up to the root take them too.
    pub propagate: bool,
}

/// Where lines go, as in a section `[handler_...]`.
#[derive(Clone, Debug, PartialEq)]
pub struct HandlerSettings {
    /// What loggers call it.
    pub name: String,
    /// The least severe messages that it takes; `None`: all.
    pub level: Option<LogLevel>,
    /// The form of its lines.
    pub form: LineForm,
    /// Where they go.
    pub target: HandlerTarget,
}

/// The form of lines.
#[derive(Clone, Debug, PartialEq)]
pub enum LineForm {
    /// A text with fields in it.
    Pattern(Pattern),
    /// A JSON object, with the moment in UTC.
    Json,
    /// A JSON object with the fields of a pattern, in its order, and those of the event.
    JsonFields(Pattern),
}

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandlerTarget {
    /// Nowhere.
    Nothing,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A file.
    File(FileSettings),
    /// A syslog daemon.
    Syslog(SyslogSettings),
}

/// A file of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSettings {
    /// Where it is.
    pub path: PathBuf,
    /// The size in bytes that it does not exceed; 0: any.
    pub max_size: u64,
    /// How many rotated files are kept; with 0 it is not rotated.
    pub kept: u32,
    /// Whether what is in it goes at the start.
    pub truncate: bool,
}

/// A syslog daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyslogSettings {
    /// Where it listens.
    pub address: SyslogAddress,
    /// The number of the facility: 1 is `user`, 16 `local0`.
    pub facility: u8,
}

/// Where a syslog daemon listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyslogAddress {
    /// Host and port; a datagram for each line.
    Udp(String, u16),
    /// Host and port; lines end with a line feed.
    Tcp(String, u16),
    /// A socket such as `/dev/log`.
    Unix(PathBuf),
}

/// The options of im.cfg, which describe a log without a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOptions {
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

impl From<LogOptions> for LogSettings {
    /// One handler for everything, by the name of the option: `LOG_FILE`.
    fn from(options: LogOptions) -> Self {
        let handler = HandlerSettings {
            name: "LOG_FILE".to_owned(),
            level: None,
            form: options.format.into(),
            target: match options.file {
                None => HandlerTarget::Stderr,
                Some(path) => HandlerTarget::File(FileSettings {
                    path,
                    max_size: options.max_size,
                    kept: ROTATED_FILES,
                    truncate: false,
                }),
            },
        };
        Self {
            loggers: vec![LoggerSettings {
                name: ROOT.to_owned(),
                level: Some(options.level),
                handlers: vec![handler.name.clone()],
                propagate: false,
            }],
            handlers: vec![handler],
            hostname: String::new(),
        }
    }
}

// === impl LogOptions ===

impl Default for LogOptions {
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

// === impl LineForm ===

impl From<LogFormat> for LineForm {
    fn from(format: LogFormat) -> Self {
        match format {
            LogFormat::Text => Self::Pattern(Pattern::default()),
            LogFormat::Json => Self::Json,
        }
    }
}

// === impl HandlerTarget ===

impl HandlerTarget {
    /// The facility, where lines begin with a priority.
    pub(crate) fn facility(&self) -> Option<u8> {
        match self {
            Self::Syslog(syslog) => Some(syslog.facility),
            _ => None,
        }
    }
}
