//! The log of the process.

use std::io;
use std::sync::Arc;

use im_util::Clock;
use jiff::tz::TimeZone;
use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::form::Form;
use crate::layer::LogLayer;
use crate::queue::{self, Guard, Target, to_stderr};
use crate::rotating::RotatingFile;
use crate::settings::LogSettings;

/// Why the log could not be started.
#[derive(Debug, Error)]
pub enum InitError {
    /// The thread that writes could not be started.
    #[error("The thread that writes the log cannot be started.")]
    Thread(#[source] io::Error),
    /// The process has a log already.
    #[error("The log of this process was started before.")]
    Twice,
}

/// Starts the log of the process.
///
/// If the file cannot be opened that is said on standard error, and the log goes there: a service without a log file
/// is better than none.
///
/// # Errors
/// [`InitError`].
pub fn init(settings: &LogSettings, clock: Arc<dyn Clock>) -> Result<Guard, InitError> {
    let (subscriber, guard) = start(settings, clock)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| InitError::Twice)?;
    Ok(guard)
}

/// Starts a log without making it that of the process.
///
/// # Errors
/// [`InitError::Thread`].
pub fn start(
    settings: &LogSettings,
    clock: Arc<dyn Clock>,
) -> Result<(impl Subscriber + Send + Sync + 'static, Guard), InitError> {
    let form = Form {
        format: settings.format,
        clock,
        zone: TimeZone::system(),
    };
    let of_gaps = form.clone();
    let (queue, guard) = queue::start(target(settings), move |dropped| of_gaps.gap(dropped))
        .map_err(InitError::Thread)?;
    let layer = LogLayer::new(settings.level, form, queue);
    Ok((tracing_subscriber::registry().with(layer), guard))
}

fn target(settings: &LogSettings) -> Target {
    let Some(path) = &settings.file else {
        return Target::Stderr;
    };
    match RotatingFile::open(path, settings.max_size) {
        Ok(file) => Target::File(file),
        Err(error) => {
            let text = format!(
                "LOG_FILE {}: the file cannot be opened: {error}. The log goes to standard error.\n",
                path.display()
            );
            to_stderr(text.as_bytes());
            Target::Stderr
        }
    }
}
