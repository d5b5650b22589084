//! Questions to Redis.

use std::time::Duration;

use super::declare::metrics;

metrics! {
    /// Questions to Redis.
    pub struct RedisMetrics, "Redis" {
        /// Questions to Redis about leases, by call and outcome: `answered` or `silent`. While Redis is left alone after a
        /// failure nothing is sent, and the question counts as `silent`.
        calls: IntCounterVec = "im_redis_calls_total" ["call", "outcome"];
        /// Time that a question to Redis takes.
        duration: HistogramVec = "im_redis_call_duration_seconds" ["call"] in QUESTIONS;
        /// Whether the last question to Redis was answered. Absent where no Redis is used.
        reachable: IntGaugeVec = "im_redis_reachable" [];
    }
}

// === impl RedisMetrics ===

impl RedisMetrics {
    fn begin(&self) {}

    /// A question has ended.
    pub fn called(&self, call: &'static str, answered: bool, took: Duration) {
        let outcome = if answered { "answered" } else { "silent" };
        self.calls.with_label_values(&[call, outcome]).inc();
        self.duration
            .with_label_values(&[call])
            .observe(took.as_secs_f64());
    }

    /// Whether it can be reached.
    pub fn reachable(&self, reachable: bool) {
        let labels: [&str; 0] = [];
        let value = i64::from(reachable);
        self.reachable.with_label_values(&labels).set(value);
    }
}
