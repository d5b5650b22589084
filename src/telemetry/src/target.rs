//! Where the lines end up.

use std::io::{self, Write};
use std::time::Duration;

use crate::rotating::RotatingFile;
use crate::settings::{FileSettings, HandlerTarget};
use crate::syslog::Syslog;

/// Where the lines of a handler end up.
#[derive(Debug)]
pub(crate) enum Target {
    /// A file.
    File(LogFile),
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A syslog daemon.
    Syslog(Syslog),
}

/// A file, or standard error as long as it cannot be opened.
#[derive(Debug)]
pub(crate) struct LogFile {
    settings: FileSettings,
    file: Option<RotatingFile>,
}

// === impl Target ===

impl Target {
    /// `None`: nowhere.
    pub(crate) fn open(settings: &HandlerTarget) -> Option<Self> {
        Some(match settings {
            HandlerTarget::Nothing => return None,
            HandlerTarget::Stdout => Self::Stdout,
            HandlerTarget::Stderr => Self::Stderr,
            HandlerTarget::File(settings) => Self::File(LogFile::open(settings.clone())),
            HandlerTarget::Syslog(settings) => Self::Syslog(Syslog::new(settings.clone())),
        })
    }

    /// Writes whole lines; what the target does not take goes to standard error. `wait` waits before another try, and
    /// says whether there is to be one.
    pub(crate) fn write(&mut self, lines: &[u8], wait: &dyn Fn(Duration) -> bool) {
        match self {
            Self::File(file) => file.write(lines),
            // It may be closed, and so may standard error; then there is nobody left to tell.
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                let _ = stdout.write_all(lines).and_then(|()| stdout.flush());
            }
            Self::Stderr => to_stderr(lines),
            Self::Syslog(syslog) => syslog.write(lines, wait),
        }
    }

    /// Opens it again.
    pub(crate) fn reopen(&mut self) {
        match self {
            Self::File(file) => file.reopen(),
            Self::Syslog(syslog) => syslog.disconnect(),
            Self::Stdout | Self::Stderr => {}
        }
    }
}

// === impl LogFile ===

impl LogFile {
    pub(crate) fn open(settings: FileSettings) -> Self {
        let mut file = Self {
            settings,
            file: None,
        };
        file.try_open(file.settings.truncate);
        file
    }

    fn reopen(&mut self) {
        self.try_open(false);
    }

    fn try_open(&mut self, truncate: bool) {
        match RotatingFile::open(&self.settings, truncate) {
            Ok(file) => self.file = Some(file),
            Err(error) => {
                self.file = None;
                let text = format!(
                    "The log file {} cannot be opened: {error}. The log goes to standard error.\n",
                    self.settings.path.display()
                );
                to_stderr(text.as_bytes());
            }
        }
    }

    fn write(&mut self, lines: &[u8]) {
        let Some(file) = &mut self.file else {
            return to_stderr(lines);
        };
        if let Err(error) = file.write_lines(lines) {
            let text = format!(
                "The log file {} cannot be written: {error}.\n",
                self.settings.path.display()
            );
            to_stderr(text.as_bytes());
            to_stderr(lines);
        }
    }
}

/// Standard error may be closed; then there is nobody left to tell.
pub(crate) fn to_stderr(text: &[u8]) {
    let _ = io::stderr().lock().write_all(text);
}
