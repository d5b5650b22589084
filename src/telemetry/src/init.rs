//! The log of the process.

use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use im_util::Clock;
use jiff::tz::TimeZone;
use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::control::LogControl;
use crate::form::{Form, Place};
use crate::layer::{Handler, LogLayer};
use crate::queue::{self, Guard};
use crate::routes::Routes;
use crate::settings::LogSettings;
use crate::sink::Sink;
use crate::target::Target;
use crate::traces::{self, Exporting, TraceError, TraceSettings};

/// Why the log could not be started.
#[derive(Debug, Error)]
pub enum InitError {
    /// A thread that writes could not be started.
    #[error("A thread that writes the log cannot be started.")]
    Thread(#[source] io::Error),
    /// Traces cannot be sent.
    #[error(transparent)]
    Traces(#[from] TraceError),
    /// The process has a log already.
    #[error("The log of this process was started before.")]
    Twice,
}

/// Starts the log of the process, and its traces if there are settings for them.
///
/// If a file cannot be opened that is said on standard error, and the log goes there: a service without a log file
/// is better than none. A daemon that is away is tried again; meanwhile its lines wait.
///
/// # Errors
/// [`InitError`].
pub fn init(
    settings: &LogSettings,
    traces: Option<&TraceSettings>,
    clock: Arc<dyn Clock>,
) -> Result<Guard, InitError> {
    let (subscriber, guard) = start_with(settings, traces, clock)?;
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
    start_with(settings, None, clock)
}

/// The same with traces.
///
/// # Errors
/// [`InitError::Thread`] and [`InitError::Traces`].
pub fn start_with(
    settings: &LogSettings,
    traces: Option<&TraceSettings>,
    clock: Arc<dyn Clock>,
) -> Result<(impl Subscriber + Send + Sync + 'static, Guard), InitError> {
    let exporting = traces.map(Exporting::start).transpose()?;
    let place = Place::new(clock, TimeZone::system(), &settings.hostname);
    let routes = Arc::new(ArcSwap::from_pointee(Routes::new(settings)));
    let mut handlers = Vec::new();
    let mut queues = Vec::new();
    let mut threads = Vec::new();
    for handler in &settings.handlers {
        let form = Form {
            form: handler.form.clone(),
            facility: handler.target.facility(),
            place: Arc::clone(&place),
        };
        let mut sink: Option<Box<dyn Sink>> = None;
        if let Some(target) = Target::open(&handler.target) {
            let of_gaps = form.clone();
            let (queue, thread) = queue::start(target, move |dropped| of_gaps.gap(dropped))
                .map_err(InitError::Thread)?;
            queues.push(queue.clone());
            threads.push(thread);
            sink = Some(Box::new(queue));
        }
        handlers.push(Handler { form, sink });
    }
    let control = LogControl::new(Arc::clone(&routes), queues);
    let layer = LogLayer::new(routes, handlers, place, exporting.is_some());
    let spans = exporting
        .as_ref()
        .map(|exporting| traces::layer(exporting.tracer()));
    Ok((
        tracing_subscriber::registry().with(spans).with(layer),
        Guard::new(control, threads, exporting),
    ))
}
