//! A log in memory, for tests.

use std::sync::{Arc, Mutex, PoisonError};

use im_util::Clock;
use jiff::tz::TimeZone;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

use crate::form::Form;
use crate::layer::LogLayer;
use crate::settings::{LogFormat, LogLevel};
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
        let form = Form {
            format,
            clock,
            zone: TimeZone::UTC,
        };
        let layer = LogLayer::new(level, form, self.clone());
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
