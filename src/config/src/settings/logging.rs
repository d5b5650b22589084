//! The log.
//!
//! The manual tells the size of the log file twice, once in KiB; it is read in bytes, for which the documented default
//! (10 MiB) and existing files are written. Of the two documented names of the file it is the one of the chapter on
//! logging.

use std::num::NonZeroU64;
use std::path::PathBuf;

use crate::codec::{Bytes, OptionalFile, choice};
use crate::concern::concern;

concern! {
    /// The log.
    pub struct Logging, "Logging" in "im" {
        /// Least severe messages that are logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.
        level: LogLevel = LogLevel::Info, "LOG_LEVEL" as LogLevel;
        /// Path of the log file. Blank, and without any configuration file, the log goes to standard error.
        file: Option<PathBuf> = Some(PathBuf::from("/var/log/im/im.log")), "LOG_FILE" as OptionalFile;
        /// Size at which the log file is rotated; three rotated files are kept.
        file_max_size: NonZeroU64 = NonZeroU64::MIN.saturating_add((10 << 20) - 1), "LOG_FILE_MAX_SIZE" as Bytes;
        /// Form of the lines: text or json.
        format: LogFormat = LogFormat::Text, "LOG_FORMAT" as LogFormat;
        /// Path of a file that describes the whole log, with loggers, handlers and formatters as Python's `logging` knows
        /// them (see `etc/logging.conf`); the four options above are not used with it. The default is not used where it
        /// does not exist, and without any configuration file.
        conf: Option<PathBuf> = Some(PathBuf::from("/etc/im/logging.conf")), "LOGGING_CONF" as OptionalFile;
        /// Path of a socket that `im loglevel` speaks to, for its user and root alone. Blank, it is beside the database file
        /// of `sqlite://`, with `.sock` after its name; there is none with another database, where `CLUSTER_SECRET` lets
        /// `im loglevel` speak to the node.
        control_socket: Option<PathBuf> = None, "CONTROL_SOCKET" as OptionalFile;
    }
}

choice! {
    /// How severe a message is.
    pub enum LogLevel, "DEBUG, INFO, WARNING, ERROR or CRITICAL" {
        /// For those who look for an error.
        Debug = "DEBUG";
        /// The course of things.
        Info = "INFO";
        /// Something odd.
        Warning = "WARNING";
        /// Something failed.
        Error = "ERROR";
        /// The service cannot go on.
        Critical = "CRITICAL";
    }
}

choice! {
    /// The form of the lines of the log.
    pub enum LogFormat, "text or json" {
        /// Date, level and message, as IM writes them.
        Text = "text";
        /// One JSON object a line.
        Json = "json";
    }
}
