//! Calls of clouds.

use std::time::Duration;

use super::declare::metrics;

metrics! {
    /// Calls of clouds.
    pub struct CloudMetrics, "Calls of clouds" {
        /// Attempts of calls of clouds, by type of cloud, call, and kind of error; the kind is `none` where the cloud
        /// did what it was asked for.
        calls: IntCounterVec = "im_cloud_calls_total" ["connector", "call", "error"];
        /// Time that one attempt of a call takes, without the wait for a place among the calls to the same cloud.
        duration: HistogramVec = "im_cloud_call_duration_seconds" ["connector", "call"] in CLOUDS;
        /// Calls that failed and were made again.
        retries: IntCounterVec = "im_cloud_call_retries_total" ["connector", "call"];
    }
}

// === impl CloudMetrics ===

impl CloudMetrics {
    fn begin(&self) {}

    /// An attempt has ended, with an error of this kind.
    pub fn called(
        &self,
        connector: &'static str,
        call: &'static str,
        error: Option<&'static str>,
        took: Duration,
    ) {
        let error = error.unwrap_or("none");
        self.calls
            .with_label_values(&[connector, call, error])
            .inc();
        self.duration
            .with_label_values(&[connector, call])
            .observe(took.as_secs_f64());
    }

    /// A call is made again.
    pub fn retried(&self, connector: &'static str, call: &'static str) {
        self.retries.with_label_values(&[connector, call]).inc();
    }
}
