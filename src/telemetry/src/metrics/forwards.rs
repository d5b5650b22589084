//! Requests that are sent on to the node that owns the infrastructure.

use super::declare::{label, metrics};

label! {
    /// What came of a request that was sent on.
    pub enum Forwarded {
        /// Its owner answered.
        Answered = "answered";
        /// The node that it was sent to did not own it any more, and did nothing.
        NotThere = "not_there";
        /// The owner did not answer, and nothing was done.
        Silent = "silent";
        /// The owner did not answer, and what it has done is not known.
        Unknown = "unknown";
    }
}

metrics! {
    /// Requests that are sent on to the node that owns the infrastructure.
    pub struct ForwardMetrics, "Forwarded requests" {
        /// Requests of clients that were sent on to the node that owns the infrastructure: it `answered`, it was `not_there`
        /// any more, or it did not answer, with nothing done (`silent`) or with an `unknown` outcome.
        sent: IntCounterVec = "im_forwarded_requests_total" ["outcome"];
        /// Requests of clients that other nodes sent on to this one, and that it answered as their owner.
        served: IntCounter = "im_forwarded_requests_served_total" [];
    }
}

// === impl ForwardMetrics ===

impl ForwardMetrics {
    fn begin(&self) {
        for outcome in Forwarded::ALL {
            self.sent.with_label_values(&[outcome.as_str()]);
        }
    }

    /// A request was sent on.
    pub fn sent(&self, outcome: Forwarded) {
        self.sent.with_label_values(&[outcome.as_str()]).inc();
    }

    /// A request of another node was answered.
    pub fn served(&self) {
        self.served.inc();
    }
}
