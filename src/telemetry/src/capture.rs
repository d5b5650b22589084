//! A log in memory, for tests.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use im_util::Clock;
use jiff::tz::TimeZone;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::form::{Form, Place};
use crate::layer::{Handler, LogLayer};
use crate::level::LogLevel;
use crate::routes::Routes;
use crate::settings::{LogFormat, LogOptions, LogSettings};
use crate::sink::Sink;

/// What was logged so far. Clones see the same log.
#[derive(Clone, Debug, Default)]
pub struct Capture {
    bytes: Arc<Mutex<Vec<u8>>>,
}

// === impl Capture ===

impl Capture {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// A subscriber that writes into this log exactly what the service would write, with times in UTC.
    pub fn subscriber(
        &self,
        level: LogLevel,
        format: LogFormat,
        clock: Arc<dyn Clock>,
    ) -> impl Subscriber + Send + Sync + use<> {
        let settings = LogSettings::from(LogOptions {
            level,
            format,
            ..LogOptions::default()
        });
        self.subscriber_of(&settings, clock)
    }

    /// The same for a whole log, whose handlers all write here.
    pub fn subscriber_of(
        &self,
        settings: &LogSettings,
        clock: Arc<dyn Clock>,
    ) -> impl Subscriber + Send + Sync + use<> {
        let place = Place::new(clock, TimeZone::UTC, &settings.hostname);
        let routes = Arc::new(ArcSwap::from_pointee(Routes::new(settings)));
        let handlers = settings.handlers.iter().map(|handler| Handler {
            form: Form {
                form: handler.form.clone(),
                facility: handler.target.facility(),
                place: Arc::clone(&place),
            },
            sink: Some(Box::new(self.clone())),
        });
        let layer = LogLayer::new(routes, handlers.collect(), Arc::clone(&place), false);
        tracing_subscriber::registry().with(layer)
    }

    /// Everything that was logged.
    pub fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Sink for Capture {
    fn put(&self, line: &[u8]) {
        self.bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(line);
    }
}
