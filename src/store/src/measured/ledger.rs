//! The operations of this node that have not ended, as far as its commits tell.
//!
//! An operation that another node took over meanwhile is still here, until the next look at all that are open says whose
//! it is. What such a look does not know yet, because it was begun while it was under way, is left alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use im_domain::{BootId, OperationId};
use im_telemetry::metrics::OperationMetrics;
use im_util::Clock;

use crate::{JournalChange, Operation, OperationKind, OperationState};

/// The operations of this node.
#[derive(Debug)]
pub(super) struct Ledger {
    metrics: OperationMetrics,
    clock: Arc<dyn Clock>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    mine: HashMap<OperationId, Mine>,
    /// When the oldest one of other nodes was begun, in monotonic time.
    others: Option<Age>,
}

#[derive(Clone, Copy, Debug)]
struct Mine {
    kind: OperationKind,
    boot: BootId,
    age: Age,
    /// When it came here, in monotonic time.
    since: Duration,
}

/// An age at a moment of monotonic time: what is old may be older than this process.
#[derive(Clone, Copy, Debug)]
struct Age {
    at: Duration,
    was: Duration,
}

/// What was committed about an operation that is not known here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unknown {
    TakenOver(OperationId, BootId),
    Ended(OperationId, OperationState),
}

// === impl Age ===

impl Age {
    fn now(self, now: Duration) -> Duration {
        self.was + now.saturating_sub(self.at)
    }
}

// === impl Unknown ===

impl Unknown {
    pub(super) fn id(&self) -> OperationId {
        match self {
            Self::TakenOver(id, _) | Self::Ended(id, _) => *id,
        }
    }
}

// === impl Ledger ===

impl Ledger {
    pub(super) fn new(metrics: OperationMetrics, clock: Arc<dyn Clock>) -> Self {
        Self {
            metrics,
            clock,
            open: Mutex::default(),
        }
    }

    /// Notes what was committed, and answers what must be looked up.
    pub(super) fn committed(&self, journal: &[JournalChange]) -> Vec<Unknown> {
        let mut unknown = Vec::new();
        for change in journal {
            match change {
                JournalChange::Begin(operation) => {
                    self.metrics.begun(operation.kind.as_str());
                    self.add(operation.id, operation.kind, operation.boot, Duration::ZERO);
                }
                JournalChange::TakeOver(id, boot) => {
                    unknown.push(Unknown::TakenOver(*id, *boot));
                }
                JournalChange::End(id, state, _) => match self.remove(id) {
                    Some((mine, age)) => self.ended(mine.kind, *state, age),
                    None => unknown.push(Unknown::Ended(*id, *state)),
                },
                _ => {}
            }
        }
        unknown
    }

    /// Notes what was looked up.
    pub(super) fn found(&self, unknown: &Unknown, operation: &Operation) {
        match unknown {
            Unknown::TakenOver(id, boot) => {
                self.metrics.taken_over(operation.kind.as_str());
                // It may have ended already, in the same commit.
                match operation.ended {
                    Some(_) => self.metrics.left(operation.kind.as_str()),
                    None => self.add(*id, operation.kind, *boot, self.age(operation)),
                }
            }
            Unknown::Ended(_, state) => self.ended(operation.kind, *state, self.age(operation)),
        }
    }

    /// All operations that were open at a moment after `begun`.
    pub(super) fn listed(&self, found: &[Operation], begun: Duration) {
        let now = self.clock.monotonic();
        let mut open = self.open();
        let boots: HashMap<&OperationId, &BootId> = found
            .iter()
            .map(|operation| (&operation.id, &operation.boot))
            .collect();
        open.mine.retain(|id, mine| {
            let stays =
                mine.since >= begun || boots.get(id).is_some_and(|boot| **boot == mine.boot);
            if !stays {
                self.metrics.left(mine.kind.as_str());
            }
            stays
        });
        let others = found
            .iter()
            .filter(|operation| !open.mine.contains_key(&operation.id));
        let oldest = others.map(|operation| self.age(operation)).max();
        open.others = oldest.map(|was| Age { at: now, was });
    }

    /// Tells the age of the oldest one.
    pub(super) fn look(&self) {
        let now = self.clock.monotonic();
        let open = self.open();
        let ages = open.mine.values().map(|mine| mine.age).chain(open.others);
        let oldest = ages.map(|age| age.now(now)).max();
        self.metrics.oldest(oldest.unwrap_or_default());
    }

    fn add(&self, id: OperationId, kind: OperationKind, boot: BootId, was: Duration) {
        let at = self.clock.monotonic();
        let mine = Mine {
            kind,
            boot,
            age: Age { at, was },
            since: at,
        };
        if self.open().mine.insert(id, mine).is_some() {
            // It was here before, in the name of another life of this node.
            self.metrics.left(kind.as_str());
        }
    }

    fn remove(&self, id: &OperationId) -> Option<(Mine, Duration)> {
        let mine = self.open().mine.remove(id)?;
        self.metrics.left(mine.kind.as_str());
        Some((mine, mine.age.now(self.clock.monotonic())))
    }

    fn ended(&self, kind: OperationKind, state: OperationState, age: Duration) {
        self.metrics.ended(kind.as_str(), state.as_str(), age);
    }

    /// By the clock of the database, when it was begun, and by this node's, now.
    fn age(&self, operation: &Operation) -> Duration {
        let seconds = self.clock.epoch_seconds() - operation.created;
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
