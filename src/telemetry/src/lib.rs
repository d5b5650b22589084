//! The log: what `tracing` events become on disk. And [`metrics`]: what the service counts and measures.
//!
//! Every room writes events; this room decides which of them are kept, gives them IM's line form (or JSON, one object
//! a line) and brings them to the file of `LOG_FILE` without making anybody wait for a disk. [`init`] starts it for
//! the process and answers a [`Guard`] that writes out what is left when it is dropped. Tests use [`Capture`].
//!
//! - An event about an infrastructure has the field `inf.id`, or happens in a span that has it; its line then begins
//!   its message with `Inf ID: <id>: `.
//! - Rooms of this service are logged from the level of `LOG_LEVEL`, libraries from `WARNING` at most: what they say
//!   below may hold headers and statements of users.
//! - Nothing that a user sends can forge a line: [`escape`] sees to that. A field whose
//!   [name says that it is a secret](im_util::is_secret_name) is not shown.
//!
//! A leaf: it knows no other room but `im-util`.

mod capture;
mod conf;
mod control;
mod escape;
mod form;
mod init;
mod json;
mod layer;
mod level;
mod logger;
pub mod metrics;
mod pattern;
mod queue;
mod record;
mod rotating;
mod routes;
mod settings;
mod sink;
mod syslog;
mod target;
mod text;
mod time;
pub mod traces;

pub use capture::Capture;
pub use conf::{Conf, ConfEntry, ConfError, ConfSection};
pub use control::{
    HandlerReport, LevelChange, LevelError, LevelOf, LevelReport, LogControl, LoggerReport,
};
pub use init::{InitError, init, start, start_with};
pub use level::LogLevel;
pub use pattern::{Pattern, PatternError};
pub use queue::Guard;
pub use settings::{
    FileSettings, HandlerSettings, HandlerTarget, LineForm, LogFormat, LogOptions, LogSettings,
    LoggerSettings, ROOT, ROTATED_FILES, SyslogAddress, SyslogSettings,
};
