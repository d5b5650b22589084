//! Spans and log lines.

use std::sync::Arc;

use im_util::Clock;
use tracing::{Instrument, field};

use super::{Attempt, Call, Layer};
use crate::ConnectorError;

/// Puts a span around each call, and writes one line about each call that fails in the end. What succeeds is told at
/// the level `debug`.
///
/// Lines have the cloud, the call, how long it took, and of the error what a user would read of it and its causes;
/// never what was sent.
#[derive(Debug)]
pub struct Trace {
    clock: Arc<dyn Clock>,
}

// === impl Trace ===

impl Trace {
    /// Takes durations from this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Layer for Trace {
    async fn around<'a, T: Send + 'a>(
        &'a self,
        call: Call<'a>,
        attempt: impl Fn() -> Attempt<'a, T> + Send + Sync + 'a,
    ) -> Result<T, ConnectorError> {
        // A span of the level of the lines in it, so that these always have its fields.
        let span = tracing::warn_span!(
            "cloud.call",
            otel.name = format!("{} {}", call.operation.as_str(), call.cloud.kind),
            otel.kind = "client",
            otel.status_code = field::Empty,
            cloud.id = %call.cloud.id,
            cloud.kind = %call.cloud.kind,
            cloud.operation = call.operation.as_str(),
            inf.id = call.inf.map(|inf| inf.as_str()),
            vm.id = call.vm.map(|vm| vm.0),
        );
        let begun = self.clock.monotonic();
        let result = attempt().instrument(span.clone()).await;
        let taken = self.clock.monotonic().saturating_sub(begun);
        let duration_ms = u64::try_from(taken.as_millis()).unwrap_or(u64::MAX);
        if result.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        span.in_scope(|| match &result {
            Ok(_) => tracing::debug!(duration_ms, "The cloud answered."),
            Err(error) => tracing::warn!(
                duration_ms,
                error.kind = error.kind.as_str(),
                error.retry = error.retry.as_str(),
                error = %error,
                error.causes = %Causes(error),
                "The cloud failed a call."
            ),
        });
        result
    }
}

/// The causes of an error, the nearest first.
struct Causes<'a>(&'a ConnectorError);

// === impl Causes ===

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut cause = std::error::Error::source(self.0);
        let mut separator = "";
        while let Some(error) = cause {
            write!(f, "{separator}{error}")?;
            separator = ": ";
            cause = error.source();
        }
        Ok(())
    }
}
