//! Asking the clouds how machines are.
//!
//! # When
//! A reader who wants to know a state has the clouds asked about the machines that were not asked about for
//! `VM_INFO_UPDATE_FREQUENCY`. While nothing is due, reading takes no lock and does no input or output. Readers at the
//! same time share one round: the first asks, the others wait at [`Slot::refresh_turn`] and find, when it is theirs,
//! that nothing is due any more (or ask about what the first had no credentials for). Operations never wait here for
//! readers, nor readers for operations.
//!
//! # What is recorded
//! What has changed is committed before it is answered. That a cloud was asked and told nothing new is remembered in
//! memory ([`Slot::asked`]) and committed only now and then, in the background, so that the grace period can be
//! counted in the next life of this process too. If the database cannot be reached, the last committed state is
//! answered.
//!
//! # An answer that comes too late
//! An answer tells how a machine was when its cloud was asked. It is recorded only if nobody has changed the state or
//! the document of the machine since: those of the newest state must still be the very ones that the question was
//! about. What else has changed, as the message of its contextualization, stays.
//!
//! # A cloud that does not answer
//! leaves the state as it is for `VM_INFO_UPDATE_ERROR_GRACE_PERIOD` after its last answer; then the state is `unknown`
//! until it answers again. A caller whose credentials a cloud refuses learns the last known state and changes nothing.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use im_auth::Caller;
use im_cluster::Slot;
use im_connectors::{ConnectorError, ErrorKind, Observed, Operation, Retry};
use im_domain::{Infrastructure, Vm, VmId, VmState};
use im_operations::Entry;
use im_util::Clock;
use tokio::time::{Instant, timeout_at};

use crate::reach::{Reach, Reached};
use crate::{Error, Manager, journal, vm_state};

/// Machines of an infrastructure that are asked about at a time.
const ASKED_AT_A_TIME: usize = 32;

/// How long a round may take: a reader gets the last known state of what has not been answered by then.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which machines a reader wants to know about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All.
    All,
    /// The one with this number.
    One(VmId),
}

/// What it takes to be asked about now.
#[derive(Debug)]
struct Due<'a> {
    frequency: Duration,
    clock: &'a dyn Clock,
    /// The wall clock, in seconds of the epoch, if it was looked at.
    now: OnceCell<i64>,
    monotonic: Duration,
    /// All machines were asked about within the frequency.
    all_asked: bool,
}

/// What a cloud said about a machine.
#[derive(Debug)]
struct Answer {
    /// The machine as it was when the cloud was asked.
    vm: Arc<Vm>,
    outcome: Result<Observed, ConnectorError>,
}

/// What an answer changes.
#[derive(Debug)]
struct Update {
    /// The machine that was asked about.
    asked: Arc<Vm>,
    observed: Observed,
    last_update: i64,
    /// It tells more than that the cloud was asked.
    is_news: bool,
}

// === impl Scope ===

impl Scope {
    fn machines(self, infrastructure: &Infrastructure) -> &[Arc<Vm>] {
        match self {
            Self::All => &infrastructure.vms,
            Self::One(id) => infrastructure
                .vm(id)
                .map(std::slice::from_ref)
                .unwrap_or_default(),
        }
    }
}

// === impl Due ===

impl Due<'_> {
    /// Whether it is time to ask about a machine. What all machines have in common is looked at first, then what was
    /// committed; only a machine that is due by both costs a lock.
    fn is_due(&self, slot: &Slot, vm: &Vm) -> bool {
        if vm.destroyed || vm.creating || vm.deleting || vm.cloud_vm_id.is_none() {
            return false;
        }
        if self.all_asked && vm.last_update != 0 {
            return false;
        }
        let now = *self.now.get_or_init(|| self.clock.epoch_seconds());
        if age(now, vm.last_update).is_some_and(|age| age < self.frequency) {
            return false;
        }
        let asked = slot.asked().at(vm.id);
        asked.is_none_or(|asked| self.monotonic.saturating_sub(asked) >= self.frequency)
    }
}

// === impl Update ===

impl Update {
    fn new(asked: Arc<Vm>, mut observed: Observed, last_update: i64) -> Self {
        let mut known = Vm::clone(&asked);
        lay_over(&mut known, &observed);
        let same_info = Arc::ptr_eq(&known.info, &asked.info) || known.info == asked.info;
        if same_info {
            // Connectors make documents of their own; the present one shares its pieces with those of other machines.
            observed.radl = Arc::clone(&asked.info);
        }
        Self {
            is_news: !same_info || known.state != asked.state,
            asked,
            observed,
            last_update,
        }
    }

    /// Its cloud has been silent for too long.
    fn unknown(asked: Arc<Vm>) -> Self {
        let observed = Observed {
            state: VmState::Unknown,
            radl: Arc::clone(&asked.info),
        };
        let last_update = asked.last_update;
        Self::new(asked, observed, last_update)
    }

    /// Changes the machine, unless its state or its document has changed since it was asked about; answers its number
    /// if it did.
    fn apply(self, infrastructure: &mut Infrastructure) -> Option<VmId> {
        let id = self.asked.id;
        let present = infrastructure.vm(id)?;
        if present.state != self.asked.state || !Arc::ptr_eq(&present.info, &self.asked.info) {
            return None;
        }
        let vm = infrastructure.vm_mut(id)?;
        lay_over(vm, &self.observed);
        vm.last_update = self.last_update;
        Some(id)
    }
}

fn lay_over(vm: &mut Vm, observed: &Observed) {
    vm.info = Arc::clone(&observed.radl);
    vm_state::set(vm, vm_state::settled(observed.state, vm.configured));
}

// === impl Manager ===

impl Manager {
    /// Asks the clouds about the machines that are due and that the caller's credentials reach. Answers whether it has
    /// waited for anything: if not, what was known before is as new as what is known now.
    pub(crate) async fn refresh(&self, slot: &Arc<Slot>, caller: &Caller, scope: Scope) -> bool {
        let snapshot = slot.snapshot();
        let due = self.due(slot);
        if !scope
            .machines(&snapshot)
            .iter()
            .any(|vm| due.is_due(slot, vm))
        {
            return false;
        }
        let mut reach = Reach::of(&self.inner.registry, caller);
        if reach.is_empty() {
            return false;
        }
        let _turn = slot.refresh_turn().await;
        let snapshot = slot.snapshot();
        let due = self.due(slot);
        let machines: Vec<_> = scope
            .machines(&snapshot)
            .iter()
            .filter(|vm| due.is_due(slot, vm))
            .cloned()
            .collect();
        let reached = reachable(slot, &mut reach, &machines);
        let answers = ask(reached).await;
        if scope == Scope::All && answers.len() == machines.len() {
            slot.mark_refreshed();
        }
        let updates: Vec<_> = answers
            .into_iter()
            .filter_map(|answer| self.learn(slot, answer))
            .collect();
        if let Err(error) = self.record(slot, updates).await {
            tracing::warn!(inf.id = %slot.id(), %error, "the states that the clouds told cannot be recorded");
        }
        true
    }

    /// Asks about these machines now, whatever is known of them, and records it. Machines in a state that `is_over`
    /// refuses, and those that nothing could be learned about, are asked about again at the next chance.
    pub(crate) async fn observe(
        &self,
        slot: &Arc<Slot>,
        reach: &mut Reach<'_>,
        ids: &[VmId],
        is_over: impl Fn(VmState) -> bool,
        also: impl FnOnce(&mut Entry<'_>),
    ) -> Result<(), Error> {
        let _turn = slot.refresh_turn().await;
        let snapshot = slot.snapshot();
        let machines: Vec<_> = ids
            .iter()
            .filter_map(|id| snapshot.vm(*id))
            .cloned()
            .collect();
        let answers = ask(reachable(slot, reach, &machines)).await;
        let now = self.inner.clock.epoch_seconds();
        let updates: Vec<_> = answers
            .into_iter()
            .filter_map(|answer| {
                let observed = answer.outcome.ok()?;
                Some(Update::new(answer.vm, observed, now))
            })
            .collect();
        journal::commit(slot, |entry| {
            also(entry);
            let infrastructure = &mut *entry.infrastructure;
            let recorded: Vec<_> = updates
                .into_iter()
                .filter_map(|update| update.apply(infrastructure))
                .collect();
            for id in ids {
                let is_done = infrastructure
                    .vm(*id)
                    .is_none_or(|vm| recorded.contains(id) && is_over(vm.state));
                if !is_done && let Some(vm) = infrastructure.vm_mut(*id) {
                    vm.last_update = 0;
                }
            }
            Ok::<_, Error>(())
        })
        .await?;
        for id in ids {
            slot.asked().forget(*id);
        }
        Ok(())
    }

    /// What it takes now to be due.
    fn due(&self, slot: &Slot) -> Due<'_> {
        let frequency = self.inner.settings.vm_info_update_frequency;
        let monotonic = self.inner.clock.monotonic();
        let round = slot.refreshed_at();
        Due {
            frequency,
            clock: &*self.inner.clock,
            now: OnceCell::new(),
            monotonic,
            all_asked: !round.is_zero() && monotonic.saturating_sub(round) < frequency,
        }
    }

    /// What an answer changes, if anything is to be recorded.
    fn learn(&self, slot: &Slot, answer: Answer) -> Option<Update> {
        let Answer { vm, outcome } = answer;
        let now = self.inner.clock.epoch_seconds();
        let monotonic = self.inner.clock.monotonic();
        let grace = self.inner.settings.vm_info_update_error_grace_period;
        match outcome {
            Ok(observed) => {
                slot.asked().note(vm.id, monotonic, true);
                let update = Update::new(vm, observed, now);
                let committed = age(now, update.asked.last_update);
                let is_long_ago = committed.is_none_or(|age| age >= grace / 2);
                (update.is_news || is_long_ago).then_some(update)
            }
            Err(error) => {
                slot.asked().note(vm.id, monotonic, false);
                tracing::info!(inf.id = %slot.id(), vm.id = %vm.id, %error, "a cloud did not tell the state of a machine");
                if error.kind == ErrorKind::Unauthorized || vm.state == VmState::Unknown {
                    return None;
                }
                let since_answer = slot
                    .asked()
                    .answered_at(vm.id)
                    .map(|answered| monotonic.saturating_sub(answered));
                let silence = match (since_answer, age(now, vm.last_update)) {
                    (Some(a), Some(b)) => a.min(b),
                    (Some(a), None) | (None, Some(a)) => a,
                    (None, None) => return None,
                };
                (silence > grace).then(|| Update::unknown(vm))
            }
        }
    }

    async fn record(&self, slot: &Arc<Slot>, updates: Vec<Update>) -> Result<(), Error> {
        if updates.is_empty() {
            return Ok(());
        }
        let is_news = updates.iter().any(|update| update.is_news);
        let change = |infrastructure: &mut Infrastructure| {
            for update in updates {
                update.apply(infrastructure);
            }
            Ok::<_, Error>(())
        };
        if is_news {
            slot.change(change).await?;
        } else {
            slot.change_detached(change)?;
        }
        Ok(())
    }
}

/// Those that the credentials reach.
fn reachable(slot: &Slot, reach: &mut Reach<'_>, machines: &[Arc<Vm>]) -> Vec<Reached> {
    machines
        .iter()
        .filter_map(|vm| reach.machine(slot.id(), vm).ok())
        .collect()
}

/// Asks about machines, until the patience ends. Those that nobody has begun to ask about by then are left out.
async fn ask(machines: Vec<Reached>) -> Vec<Answer> {
    let deadline = Instant::now() + PATIENCE;
    stream::iter(machines)
        .map(|machine| async move {
            if Instant::now() >= deadline {
                return None;
            }
            let asked = machine.connector.status(&machine.target);
            let outcome = timeout_at(deadline, asked).await;
            Some(Answer {
                outcome: outcome.unwrap_or_else(|_| Err(no_answer())),
                vm: machine.target.vm,
            })
        })
        .buffer_unordered(ASKED_AT_A_TIME)
        .filter_map(std::future::ready)
        .collect()
        .await
}

fn no_answer() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Timeout,
        Retry::Safe,
        Operation::Status,
        format!(
            "The cloud did not answer in {} seconds.",
            PATIENCE.as_secs()
        ),
    )
}

/// How long ago a moment was; `None` for moments that were never, or are yet to come.
fn age(now: i64, moment: i64) -> Option<Duration> {
    if moment == 0 {
        return None;
    }
    let seconds = now.checked_sub(moment)?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}
