//! Questions to the database.

use std::time::Duration;

use super::declare::metrics;

metrics! {
    /// Questions to the database.
    pub struct StoreMetrics, "Database" {
        /// Questions to the database, by call and kind of error; the kind is `none` where it did what it was asked for.
        /// A `conflict` is the fence at work, `repeated` a request that a client had made before.
        calls: IntCounterVec = "im_store_calls_total" ["call", "error"];
        /// Time that a question to the database takes, with the wait for a connection and all attempts.
        duration: HistogramVec = "im_store_call_duration_seconds" ["call"] in QUESTIONS;
        /// Whether the last question to the database was answered.
        reachable: IntGauge = "im_store_reachable" [];
        /// Connections to the database that are in use, by pool.
        in_use: IntGaugeVec = "im_store_connections_in_use" ["pool"];
        /// Connections to the database that may be in use at a time, by pool.
        limit: IntGaugeVec = "im_store_connections_max" ["pool"];
        /// Infrastructures in the database that are not deleted, those of all nodes: as each node last counted them, at
        /// most a minute ago. Absent until that was done once.
        stored: IntGaugeVec = "im_infrastructures_stored" [];
    }
}

/// How the connections of a pool are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// The name of the pool.
    pub pool: &'static str,
    /// Connections that somebody has.
    pub in_use: usize,
    /// Connections that there may be.
    pub limit: usize,
}

// === impl StoreMetrics ===

impl StoreMetrics {
    fn begin(&self) {}

    /// A question was answered, with an error of this kind.
    pub fn called(&self, call: &'static str, error: Option<&'static str>, took: Duration) {
        let error = error.unwrap_or("none");
        self.calls.with_label_values(&[call, error]).inc();
        self.duration
            .with_label_values(&[call])
            .observe(took.as_secs_f64());
    }

    /// Whether the last question was answered.
    pub fn reachable(&self, reachable: bool) {
        self.reachable.set(i64::from(reachable));
    }

    /// How a pool is used now.
    pub fn pool(&self, used: PoolUse) {
        let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
        let gauge = |gauge: &prometheus::IntGaugeVec, value| {
            gauge.with_label_values(&[used.pool]).set(number(value));
        };
        gauge(&self.in_use, used.in_use);
        gauge(&self.limit, used.limit);
    }

    /// So many infrastructures are stored.
    pub fn stored(&self, number: u64) {
        let labels: [&str; 0] = [];
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.stored.with_label_values(&labels).set(number);
    }
}
