//! Counts and durations.

use std::sync::Arc;

use im_telemetry::metrics::CloudMetrics;
use im_util::Clock;

use super::{Attempt, Call, Layer};
use crate::ConnectorError;

/// Counts each attempt of a call by what came of it, and measures how long it took.
#[derive(Debug)]
pub struct Measure {
    connector: &'static str,
    metrics: CloudMetrics,
    clock: Arc<dyn Clock>,
}

// === impl Measure ===

impl Measure {
    /// For a connector of this type, with durations from this clock.
    pub fn new(connector: &'static str, metrics: CloudMetrics, clock: Arc<dyn Clock>) -> Self {
        Self {
            connector,
            metrics,
            clock,
        }
    }
}

impl Layer for Measure {
    async fn around<'a, T: Send + 'a>(
        &'a self,
        call: Call<'a>,
        attempt: impl Fn() -> Attempt<'a, T> + Send + Sync + 'a,
    ) -> Result<T, ConnectorError> {
        let begun = self.clock.monotonic();
        let result = attempt().await;
        let took = self.clock.monotonic().saturating_sub(begun);
        let error = result.as_ref().err().map(|error| error.kind.as_str());
        self.metrics
            .called(self.connector, call.operation.as_str(), error, took);
        result
    }
}
