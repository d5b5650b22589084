//! Who owns what.

use super::declare::{label, metrics};

label! {
    /// Where an infrastructure came from that this node owns now.
    pub enum TakenFrom {
        /// It was created here.
        Created = "created";
        /// It was nobody's, or this node's own.
        Nobody = "nobody";
        /// Its owner gave it, because this node asked for it.
        Owner = "owner";
        /// Its owner had died or left.
        Ended = "ended";
    }
}

label! {
    /// Why an infrastructure was given back.
    pub enum GivenBack {
        /// Another node asked for it.
        Asked = "asked";
        /// The requests about it came through another node.
        Offered = "offered";
        /// Nobody used it, or there was no room.
        Idle = "idle";
        /// This node is about to end.
        Drained = "drained";
        /// What was open on it could not be settled.
        Unrecovered = "unrecovered";
    }
}

label! {
    /// How an infrastructure was lost.
    pub enum LostBy {
        /// The row in the database names somebody else.
        Fence = "fence";
        /// This node was declared dead.
        Session = "session";
        /// What became of a write could not be found out.
        Unknown = "unknown";
    }
}

metrics! {
    /// Who owns what.
    pub struct LeaseMetrics, "Ownership" {
        /// Infrastructures that this node owns and has in memory.
        held: IntGauge = "im_leases_held" [];
        /// Infrastructures that this node came to own: `created` here, from `nobody` (or by itself before), handed
        /// over by their `owner`, or from a node that had `ended`.
        acquired: IntCounterVec = "im_leases_acquired_total" ["from"];
        /// Infrastructures that this node gave back, because it was `asked` for them, `offered` them to who gets their
        /// requests, they were `idle`, this node was `drained`, or what was open on them could not be settled (`unrecovered`).
        given_back: IntCounterVec = "im_leases_handed_over_total" ["reason"];
        /// Infrastructures that this node lost without giving them back: by a `fence`, by its `session`, which others
        /// ended, or because what became of a write stayed `unknown`.
        lost: IntCounterVec = "im_leases_lost_total" ["reason"];
        /// Writes and questions that found that another node owns the infrastructure by now, or that the row has moved otherwise.
        fenced: IntCounter = "im_fence_conflicts_total" [];
        /// Rows that changed in a way that must not happen: somebody else writes to the database, or it has lost commits.
        alarms: IntCounter = "im_fence_alarms_total" [];
        /// Infrastructures that were taken over from nodes that had died or left.
        recovered: IntCounter = "im_recovery_takeovers_total" [];
    }
}

// === impl LeaseMetrics ===

impl LeaseMetrics {
    fn begin(&self) {
        for from in TakenFrom::ALL {
            self.acquired.with_label_values(&[from.as_str()]);
        }
        for reason in GivenBack::ALL {
            self.given_back.with_label_values(&[reason.as_str()]);
        }
        for reason in LostBy::ALL {
            self.lost.with_label_values(&[reason.as_str()]);
        }
    }

    /// So many are owned now.
    pub fn hold(&self, number: usize) {
        self.held.set(i64::try_from(number).unwrap_or(i64::MAX));
    }

    /// One was acquired.
    pub fn acquired(&self, from: TakenFrom) {
        self.acquired.with_label_values(&[from.as_str()]).inc();
        if from == TakenFrom::Ended {
            self.recovered.inc();
        }
    }

    /// One was given back.
    pub fn given_back(&self, reason: GivenBack) {
        self.given_back.with_label_values(&[reason.as_str()]).inc();
    }

    /// So many were lost.
    pub fn lost(&self, reason: LostBy, number: usize) {
        let number = u64::try_from(number).unwrap_or_default();
        self.lost
            .with_label_values(&[reason.as_str()])
            .inc_by(number);
    }

    /// The row belongs to somebody else.
    pub fn fenced(&self) {
        self.fenced.inc();
    }

    /// A row changed as it must not.
    pub fn alarm(&self) {
        self.alarms.inc();
    }
}
