//! Repeats.

use std::time::Duration;

use im_telemetry::metrics::CloudMetrics;
use im_util::Backoff;

use super::{Attempt, Call, Layer};
use crate::{ConnectorError, Operation, Retry};

/// How often and how soon a call is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Attempts of one call in all; 0 counts as 1.
    pub attempts: u32,
    /// The waits between them.
    pub backoff: Backoff,
    /// How long after the beginning of the first attempt another one may begin: somebody waits for the answer.
    pub within: Duration,
}

/// Repeats calls that failed with [`Retry::Safe`], and no others, a bounded number of times. The last error is handed
/// on as it is.
///
/// Launches are left alone, even those that certainly had no effect: how often and how soon they are tried again is
/// the service's own rule (`MAX_VM_FAILS`, `DELAY_BETWEEN_VM_RETRIES`), and another cloud may be tried first.
#[derive(Debug)]
pub struct Retries {
    settings: RetrySettings,
    /// The type of cloud by which repeats are counted.
    counted: Option<(&'static str, CloudMetrics)>,
}

// === impl RetrySettings ===

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            attempts: 4,
            backoff: Backoff::new(Duration::from_millis(200), Duration::from_secs(5)),
            within: Duration::from_secs(20),
        }
    }
}

// === impl Retries ===

impl Retries {
    /// With these settings.
    pub fn new(settings: RetrySettings) -> Self {
        Self {
            settings,
            counted: None,
        }
    }

    /// Counting its repeats for a type of cloud.
    #[must_use]
    pub fn counted(mut self, connector: &'static str, metrics: CloudMetrics) -> Self {
        self.counted = Some((connector, metrics));
        self
    }
}

impl Layer for Retries {
    async fn around<'a, T: Send + 'a>(
        &'a self,
        call: Call<'a>,
        attempt: impl Fn() -> Attempt<'a, T> + Send + Sync + 'a,
    ) -> Result<T, ConnectorError> {
        let mut failures = 0;
        let too_late = tokio::time::sleep(self.settings.within);
        tokio::pin!(too_late);
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            failures += 1;
            let may_repeat = error.retry == Retry::Safe && call.operation != Operation::Launch;
            if !may_repeat || failures >= self.settings.attempts {
                return Err(error);
            }
            let delay = self.settings.backoff.random_delay(failures);
            tracing::debug!(
                cloud.operation = call.operation.as_str(),
                error.kind = error.kind.as_str(),
                failures,
                delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                "The call will be repeated."
            );
            tokio::select! {
                biased;
                () = &mut too_late => return Err(error),
                () = tokio::time::sleep(delay) => {}
            }
            if let Some((connector, metrics)) = &self.counted {
                metrics.retried(connector, call.operation.as_str());
            }
        }
    }
}
