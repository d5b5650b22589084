//! The machine of a slot, and what the next commit will write.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use im_domain::{BootId, Infrastructure, Version};
use im_store::{JournalChange, Position};
use im_telemetry::metrics::{LostBy, Tally};
use tokio::sync::watch;
use tracing::Span;

use super::Slot;
use crate::ClusterError;
use crate::machine::{Effect, Event, Hold, Phase, State, step};

/// What the next commit will write.
#[derive(Debug)]
pub(super) struct Working {
    pub(super) infrastructure: Arc<Infrastructure>,
    /// Where the slot stands. Steps are made by [`Slot::feed`] alone.
    state: State<BootId>,
    /// The last position that was known, for those who ask after the end.
    last: Position,
    /// The changes since the last commit was begun; none if nobody waits.
    pub(super) batch: Option<Batch>,
    /// A task is committing.
    pub(super) committing: bool,
    /// What it counts as in the metrics.
    pub(super) tally: Tally,
}

pub(super) type Outcome = Option<Result<(), ClusterError>>;

#[derive(Debug)]
pub(super) struct Batch {
    pub(super) outcome: watch::Sender<Outcome>,
    pub(super) journal: Vec<JournalChange>,
    /// Whether the infrastructure itself changes.
    pub(super) touched: bool,
    /// That of the first change: the trace in which the commit is.
    pub(super) span: Span,
}

// === impl Working ===

impl Working {
    pub(super) fn new(
        infrastructure: Arc<Infrastructure>,
        position: Position,
        tally: Tally,
    ) -> Self {
        Self {
            infrastructure,
            state: State::Held(Hold::taken(position)),
            last: position,
            batch: None,
            committing: false,
            tally,
        }
    }

    pub(super) fn position(&self) -> Position {
        self.state.hold().map_or(self.last, |hold| hold.at)
    }

    pub(super) fn hold(&self) -> Option<&Hold> {
        self.state.hold()
    }

    /// Whether changes were made that are not committed, as far as is known.
    pub(super) fn is_ahead(&self) -> bool {
        self.committing || self.batch.is_some()
    }

    /// Whether it is to be kept, as far as the machine knows.
    pub(super) fn is_kept(&self) -> bool {
        self.hold().is_some_and(|hold| hold.phase == Phase::Keeping)
    }
}

// === impl Slot ===

impl Slot {
    /// Lets an event happen, and answers what is to be done about it.
    pub(super) fn feed(&self, working: &mut Working, event: Event<BootId>) -> Vec<Effect<BootId>> {
        working.last = working.position();
        let state = std::mem::replace(&mut working.state, State::Lost);
        let before = state.name();
        let was_held = state.hold().is_some();
        let lost_by = lost_by(&event);
        let (state, effects) = step(state, event);
        if state.hold().is_none() {
            self.over.store(true, Ordering::Release);
            self.count_as(working, Tally::default());
        }
        let metrics = &self.surroundings.metrics.leases;
        if let (true, State::Lost, Some(reason)) = (was_held, &state, lost_by) {
            metrics.lost(reason, 1);
            if reason == LostBy::Fence {
                metrics.fenced();
            }
        }
        if state.name() != before {
            tracing::debug!(inf.id = %self.id, from = before, to = state.name(), "slot");
        }
        if effects.contains(&Effect::Alarm) {
            metrics.alarm();
            tracing::error!(
                inf.id = %self.id,
                lease.epoch = %working.last.epoch,
                "The row changed in a way that must not happen: somebody writes to the database without asking who owns the row, or the database has lost commits. This node drops the infrastructure."
            );
        }
        working.state = state;
        self.stepped.send_replace(());
        effects
    }

    /// Lets an event happen whose effects follow from the state alone.
    pub(super) fn note(&self, event: Event<BootId>) -> Vec<Effect<BootId>> {
        let mut working = self.working();
        self.feed(&mut working, event)
    }

    /// The row was found to have moved: to another owner, or as it must not.
    pub(super) fn fenced(&self, found: Option<Position>) {
        let mut working = self.working();
        let mine = working.position();
        let event = match found {
            Some(found) if found.epoch < mine.epoch => Event::Impossible,
            Some(found) if found.epoch == mine.epoch && found.version != mine.version => {
                Event::Impossible
            }
            _ => Event::Fenced,
        };
        self.feed(&mut working, event);
    }

    /// The open intents are settled, or there was nobody to settle them.
    pub(crate) fn recovered(&self) {
        self.note(Event::Recovered);
    }

    /// The first turn of a new slot, for its recovery.
    pub(crate) fn take_first_turn(&self) -> Option<crate::OperationGuard> {
        self.turn.try_take("recover")
    }

    pub(super) fn is_recovered(&self) -> bool {
        self.working().hold().is_none_or(|hold| hold.recovered)
    }

    /// Waits until changes may begin, or it is over.
    pub(super) async fn until_recovered(&self) {
        let mut stepped = self.stepped.subscribe();
        while !self.is_recovered() && !self.is_lost() {
            tokio::select! {
                changed = stepped.changed() => if changed.is_err() { return },
                () = self.surroundings.life.ended().cancelled() => return,
            }
        }
    }

    /// Waits until a condition holds of what is known, or it is over.
    pub(super) async fn until(&self, condition: impl Fn(&Working) -> bool) {
        let mut stepped = self.stepped.subscribe();
        while !self.is_lost() && !condition(&self.working()) {
            tokio::select! {
                changed = stepped.changed() => if changed.is_err() { return },
                () = self.surroundings.life.ended().cancelled() => return,
            }
        }
    }

    /// The name of its state.
    pub fn state_name(&self) -> &'static str {
        if self.is_lost() {
            return "lost";
        }
        let working = self.working();
        if !self.surroundings.life.is_fresh() && working.is_kept() {
            return "suspect";
        }
        working.state.name()
    }

    /// The version of the row, as far as acknowledged: what an `ETag` says.
    pub fn version(&self) -> Version {
        self.position().version
    }
}

/// How the event makes a slot lose what it holds, if it does.
fn lost_by(event: &Event<BootId>) -> Option<LostBy> {
    match event {
        Event::Fenced | Event::Impossible | Event::ResolvedElsewhere => Some(LostBy::Fence),
        Event::Lapsed => Some(LostBy::Session),
        Event::ResolveSilent => Some(LostBy::Unknown),
        _ => None,
    }
}

// === impl Batch ===

impl Batch {
    pub(super) fn new() -> Self {
        Self {
            outcome: watch::Sender::new(None),
            journal: Vec::new(),
            touched: false,
            span: Span::current(),
        }
    }

    pub(super) fn settle(&self, outcome: Result<(), ClusterError>) {
        self.outcome.send_replace(Some(outcome));
    }
}
