//! The session of a node.

use std::time::Duration;

use super::declare::{label, metrics};

label! {
    /// What came of a beat.
    pub enum Beat {
        /// The session goes on.
        Renewed = "renewed";
        /// The database refused it or could not be asked.
        Failed = "failed";
        /// The database did not answer in time.
        Late = "late";
        /// This node had been declared dead.
        Dead = "dead";
    }
}

metrics! {
    /// The session of a node among others.
    pub struct SessionMetrics, "Session of the node" {
        /// Attempts to renew the session of this node in the database: it was `renewed`, the attempt `failed`, came too
        /// `late`, or found that others had declared this node `dead`. A node that is alone with its database has no session to renew.
        renewals: IntCounterVec = "im_session_renewals_total" ["outcome"];
        /// Time since the session was last renewed, counted from the moment at which the renewal was sent; it must stay
        /// below `SESSION_TTL`. 0 in a node that is alone with its database.
        age: Gauge = "im_session_age_seconds" [];
        /// Whether this node may answer from memory: 1 while its session is fresh.
        fresh: IntGauge = "im_session_fresh" [];
        /// Whether this node is about to end and takes nothing new.
        draining: IntGauge = "im_node_draining" [];
    }
}

// === impl SessionMetrics ===

impl SessionMetrics {
    fn begin(&self) {
        for outcome in Beat::ALL {
            self.renewals.with_label_values(&[outcome.as_str()]);
        }
    }

    /// A beat has ended.
    pub fn beat(&self, outcome: Beat) {
        self.renewals.with_label_values(&[outcome.as_str()]).inc();
    }

    /// How the session is now.
    pub fn now(&self, age: Duration, fresh: bool, draining: bool) {
        self.age.set(age.as_secs_f64());
        self.fresh.set(i64::from(fresh));
        self.draining.set(i64::from(draining));
    }
}
