//! Operations: what users asked for and clouds take their time with.

use std::time::Duration;

use super::declare::metrics;

metrics! {
    /// Operations: what users asked for and clouds take their time with.
    pub struct OperationMetrics, "Operations" {
        /// Operations that were begun on this node, by kind.
        begun: IntCounterVec = "im_operations_begun_total" ["kind"];
        /// Operations that ended on this node, by kind and outcome: `done`, or `failed` if not all came true that was
        /// asked for.
        ended: IntCounterVec = "im_operations_total" ["kind", "outcome"];
        /// Time from the beginning of an operation to its end, through all nodes that worked on it.
        duration: HistogramVec = "im_operation_duration_seconds" ["kind"] in WORK;
        /// Operations that this node took over from other lives of nodes.
        taken_over: IntCounterVec = "im_operations_taken_over_total" ["kind"];
        /// Operations that were begun on this node or taken over by it and have not ended, by kind.
        open: IntGaugeVec = "im_operations_open" ["kind"];
        /// Age of the oldest operation of the whole service that has not ended, as this node knows: of its own at any
        /// time, of those of other nodes as it last looked, at most a minute ago. 0 if there is none.
        oldest: Gauge = "im_operations_oldest_age_seconds" [];
    }
}

// === impl OperationMetrics ===

impl OperationMetrics {
    fn begin(&self) {}

    /// One was begun here.
    pub fn begun(&self, kind: &'static str) {
        self.begun.with_label_values(&[kind]).inc();
        self.open.with_label_values(&[kind]).inc();
    }

    /// One was taken over.
    pub fn taken_over(&self, kind: &'static str) {
        self.taken_over.with_label_values(&[kind]).inc();
        self.open.with_label_values(&[kind]).inc();
    }

    /// One ended.
    pub fn ended(&self, kind: &'static str, outcome: &'static str, age: Duration) {
        self.ended.with_label_values(&[kind, outcome]).inc();
        self.duration
            .with_label_values(&[kind])
            .observe(age.as_secs_f64());
    }

    /// One is none of this node's any more.
    pub fn left(&self, kind: &'static str) {
        self.open.with_label_values(&[kind]).dec();
    }

    /// The oldest one is so old.
    pub fn oldest(&self, age: Duration) {
        self.oldest.set(age.as_secs_f64());
    }
}
