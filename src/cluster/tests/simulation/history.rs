//! What was asked and answered, and what must hold of it.
//!
//! An infrastructure is a set of tokens that only grows: a write adds one, a read answers all. So it can be checked at
//! each moment, without searching for an order: a read that begins after a write was acknowledged, or after another
//! read has shown it, must show it too.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Weak};

use im_cluster::Slot;
use im_domain::{BootId, InfId};

pub(crate) type Tokens = BTreeSet<u64>;

/// What must never happen.
#[derive(Clone, Debug)]
pub(crate) enum Violation {
    /// I1, I4: an acknowledged write is gone.
    LostUpdate(String),
    /// I2: two processes committed at one epoch.
    SharedEpoch(String),
    /// I2: an epoch was taken from a boot that may act.
    TakenFromLiving(String),
    /// I3: a read misses what was acknowledged, or read, before it began.
    StaleRead(String),
    /// I4: a write that was called failed is there.
    LandedLater(String),
    /// I5: an effect began in the name of a boot that may be taken over from.
    EffectByDead(String),
    /// I6: a change before the recovery had ended.
    NotRecovered(String),
    /// I7: nobody can use an infrastructure though all is well again.
    Stuck(String),
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Acknowledged writes.
    acked: HashMap<InfId, Tokens>,
    /// What any read has shown.
    shown: HashMap<InfId, Tokens>,
    /// Writes that were called failed.
    failed: HashMap<InfId, Tokens>,
    /// Who made which epoch.
    epochs: HashMap<(InfId, u64), BootId>,
    recovered: Vec<Weak<Slot>>,
    next_token: u64,
    pub(crate) first: Option<Violation>,
    pub(crate) counts: Counts,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) acked: u64,
    pub(crate) failed: u64,
    pub(crate) unknown: u64,
    pub(crate) reads: u64,
    pub(crate) refused_reads: u64,
    pub(crate) forwarded: u64,
    pub(crate) effects: u64,
    pub(crate) takeovers: u64,
    pub(crate) deaths: u64,
}

// === impl History ===

impl History {
    pub(crate) fn token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }

    pub(crate) fn violate(&mut self, violation: Violation) {
        self.first.get_or_insert(violation);
    }

    /// A row was written.
    pub(crate) fn written(&mut self, id: &InfId, text: &str) {
        let stored = tokens(text);
        let acked = self.acked.entry(id.clone()).or_default();
        if let Some(token) = acked.difference(&stored).next() {
            let what =
                format!("t{token} of {id} was acknowledged and is overwritten by {stored:?}");
            self.violate(Violation::LostUpdate(what));
        }
        let failed = self.failed.entry(id.clone()).or_default();
        if let Some(token) = failed.intersection(&stored).next() {
            let what = format!("t{token} of {id} was called failed and has landed");
            self.violate(Violation::LandedLater(what));
        }
    }

    /// An epoch was issued.
    pub(crate) fn issued(&mut self, id: &InfId, epoch: u64, to: BootId) {
        if let Some(other) = self.epochs.insert((id.clone(), epoch), to) {
            let what = format!("epoch {epoch} of {id} was issued to {other} and to {to}");
            self.violate(Violation::SharedEpoch(what));
        }
    }

    /// A boot has committed at an epoch.
    pub(crate) fn committed(&mut self, id: &InfId, epoch: u64, by: &[BootId]) {
        let owner = self.epochs.get(&(id.clone(), epoch));
        if owner.is_none_or(|owner| !by.contains(owner)) {
            let what = format!("epoch {epoch} of {id} is of {owner:?}, and {by:?} committed at it");
            self.violate(Violation::SharedEpoch(what));
        }
    }

    pub(crate) fn acked(&mut self, id: &InfId, token: u64) {
        self.counts.acked += 1;
        self.acked.entry(id.clone()).or_default().insert(token);
    }

    /// How many writes of an infrastructure were acknowledged.
    pub(crate) fn acked_of(&self, id: &InfId) -> usize {
        self.acked.get(id).map_or(0, Tokens::len)
    }

    pub(crate) fn failed(&mut self, id: &InfId, token: u64, stored: &str) {
        self.counts.failed += 1;
        self.failed.entry(id.clone()).or_default().insert(token);
        if tokens(stored).contains(&token) {
            let what = format!("t{token} of {id} is called failed and is there");
            self.violate(Violation::LandedLater(what));
        }
    }

    /// What a read that begins now must show.
    pub(crate) fn expected(&self, id: &InfId) -> Tokens {
        let mut expected = self.acked.get(id).cloned().unwrap_or_default();
        expected.extend(self.shown.get(id).into_iter().flatten());
        expected
    }

    pub(crate) fn read(&mut self, id: &InfId, expected: &Tokens, text: &str, by: &str) {
        self.counts.reads += 1;
        let shown = tokens(text);
        if let Some(token) = expected.difference(&shown).next() {
            let what = format!("{by} answers {id} without t{token}, which was there before");
            self.violate(Violation::StaleRead(what));
        }
        self.shown.entry(id.clone()).or_default().extend(shown);
    }

    pub(crate) fn recovered(&mut self, slot: &Arc<Slot>) {
        self.recovered.retain(|slot| slot.strong_count() > 0);
        self.recovered.push(Arc::downgrade(slot));
    }

    pub(crate) fn is_recovered(&self, slot: &Slot) -> bool {
        self.recovered
            .iter()
            .any(|recovered| std::ptr::eq(recovered.as_ptr(), slot))
    }
}

/// The tokens in a text.
pub(crate) fn tokens(text: &str) -> Tokens {
    text.split(',')
        .filter_map(|token| token.parse().ok())
        .collect()
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, what) = match self {
            Self::LostUpdate(what) => ("LOST UPDATE", what),
            Self::SharedEpoch(what) => ("SHARED EPOCH", what),
            Self::TakenFromLiving(what) => ("TAKEN FROM THE LIVING", what),
            Self::StaleRead(what) => ("STALE READ", what),
            Self::LandedLater(what) => ("REPORTED FAILED, LANDED LATER", what),
            Self::EffectByDead(what) => ("EFFECT BY THE DEAD", what),
            Self::NotRecovered(what) => ("NOT RECOVERED", what),
            Self::Stuck(what) => ("STUCK", what),
        };
        write!(f, "{name}: {what}")
    }
}
