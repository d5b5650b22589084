//! Time limits.

use std::time::Duration;

use super::{Attempt, Call, Layer};
use crate::{ConnectorError, ErrorKind, Operation, Retry};

/// How long one attempt of a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeoutSettings {
    /// Calls that change nothing.
    pub read: Duration,
    /// Calls that change something.
    pub change: Duration,
    /// Launches.
    pub launch: Duration,
}

/// Ends attempts that take too long.
///
/// What was cut off may have happened: only a call whose repeat does no harm fails with [`Retry::Safe`].
#[derive(Debug)]
pub struct Timeouts {
    settings: TimeoutSettings,
}

// === impl TimeoutSettings ===

impl TimeoutSettings {
    fn of(&self, operation: Operation) -> Duration {
        match operation {
            Operation::Launch => self.launch,
            read if read.is_read() => self.read,
            _ => self.change,
        }
    }
}

impl Default for TimeoutSettings {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(30),
            change: Duration::from_secs(120),
            launch: Duration::from_secs(300),
        }
    }
}

// === impl Timeouts ===

impl Timeouts {
    /// With these settings.
    pub fn new(settings: TimeoutSettings) -> Self {
        Self { settings }
    }
}

impl Layer for Timeouts {
    async fn around<'a, T: Send + 'a>(
        &'a self,
        call: Call<'a>,
        attempt: impl Fn() -> Attempt<'a, T> + Send + Sync + 'a,
    ) -> Result<T, ConnectorError> {
        let limit = self.settings.of(call.operation);
        tokio::time::timeout(limit, attempt())
            .await
            .unwrap_or_else(|elapsed| {
                let message = format!(
                    "The cloud {} did not answer the call {} within {} s.",
                    call.cloud.id,
                    call.operation,
                    limit.as_secs_f64()
                );
                Err(ConnectorError::new(
                    ErrorKind::Timeout,
                    Retry::after_lost_answer(call.operation),
                    call.operation,
                    message,
                )
                .caused_by(elapsed))
            })
    }
}
