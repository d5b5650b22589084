//! The launch of all machines of a request: how many at a time, in which cloud next, and the commits of the results.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use im_cluster::{ChangeError, Slot};
use im_domain::{InfId, VmId};
use im_operations::boundary::{Boundary, pass};
use im_operations::{Entry, Names};
use im_store::{IntentAction, OperationState};

use super::outcome::Outcome;
use super::{FLUSH_AFTER, LaunchGroup, intents};
use crate::placement::{Candidate, note_networks};
use crate::{Error, Manager, journal};

/// Waits between attempts to commit what clouds have answered.
const COMMIT_PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
];

/// The launch of the machines of one request.
#[derive(Clone, Debug)]
pub(crate) struct Launching {
    pub(super) manager: Manager,
    pub(super) slot: Arc<Slot>,
    pub(super) names: Names,
}

/// What became of all machines of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    /// They exist.
    pub(crate) launched: Vec<VmId>,
    /// They could not be launched, with the reasons.
    pub(crate) failed: Vec<(VmId, String)>,
    /// It is not known, or was not begun.
    pub(crate) open: Vec<VmId>,
}

// === impl Summary ===

impl Summary {
    /// Whether it is certain that no machine exists.
    pub(crate) fn all_failed(&self) -> bool {
        self.launched.is_empty() && self.open.is_empty() && !self.failed.is_empty()
    }

    /// How the operation ends that wanted these machines: `None` while something is open.
    pub(crate) fn ends(&self) -> Option<(OperationState, Option<String>)> {
        if !self.open.is_empty() {
            return None;
        }
        Some(match self.failed.is_empty() {
            true => (OperationState::Done, None),
            false => (OperationState::Failed, Some(self.reasons())),
        })
    }

    /// The reasons of the failures, each once, for the user.
    pub(crate) fn reasons(&self) -> String {
        let mut seen: Vec<&str> = Vec::new();
        for (_, reason) in &self.failed {
            if !seen.contains(&reason.as_str()) {
                seen.push(reason);
            }
        }
        seen.join("\n")
    }

    /// Tells the log.
    pub(crate) fn log(&self, inf: &InfId) {
        tracing::info!(
            inf.id = %inf,
            launched = self.launched.len(),
            failed = self.failed.len(),
            open = self.open.len(),
            "Machines were launched."
        );
    }

    fn add(&mut self, id: VmId, outcome: &Outcome) {
        match outcome {
            Outcome::Launched { .. } => self.launched.push(id),
            Outcome::Failed(reason) => self.failed.push((id, reason.clone())),
            Outcome::Unknown(_) | Outcome::NotBegun => self.open.push(id),
        }
    }
}

// === impl Launching ===

impl Launching {
    /// The launch of machines of this infrastructure. Whoever runs it holds the turn of the infrastructure.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(crate) async fn new(manager: &Manager, slot: &Arc<Slot>) -> Result<Self, Error> {
        Ok(Self {
            manager: manager.clone(),
            slot: Arc::clone(slot),
            names: manager.names().await?,
        })
    }

    /// Launches the machines, `MAX_SIMULTANEOUS_LAUNCHES` at a time. A group of which every machine failed goes to its
    /// next cloud. `finish` joins the last commit.
    ///
    /// # Errors
    /// That a commit failed: the machines are then found again by their tokens.
    pub(crate) async fn run<R>(
        &self,
        mut groups: Vec<LaunchGroup>,
        finish: impl Fn(&mut Entry<'_>, &Summary) -> R,
    ) -> Result<(Summary, R), Error> {
        let mut summary = Summary::default();
        loop {
            let mut outcomes = self.round(&groups).await?;
            let mut moving = Vec::new();
            for group in groups {
                self.settle(group, &mut outcomes, &mut summary, &mut moving);
            }
            summary.launched.sort_unstable();
            let now = self.manager.inner.clock.epoch_seconds();
            let done = moving.is_empty();
            let finished = self
                .commit(|entry| {
                    for (id, (outcome, recorded)) in &outcomes {
                        if !recorded {
                            outcome.record(entry, *id, now);
                        }
                    }
                    for group in &moving {
                        self.move_group(entry, group);
                    }
                    done.then(|| finish(entry, &summary))
                })
                .await?;
            if let Some(finished) = finished {
                return Ok((summary, finished));
            }
            groups = moving;
        }
    }

    /// Commits a change, again and again while the database is away. What a cloud has answered must not be forgotten
    /// because the database was restarted at the same time.
    ///
    /// # Errors
    /// That the infrastructure belongs to somebody else by now, or that the node ends before the database is back.
    pub(super) async fn commit<R>(&self, change: impl Fn(&mut Entry<'_>) -> R) -> Result<R, Error> {
        let mut pauses = COMMIT_PAUSES.iter();
        let mut pause = COMMIT_PAUSES[0];
        loop {
            pass(Boundary::BeforeConfirm, IntentAction::Launch).await;
            let outcome = journal::commit(&self.slot, |entry| {
                Ok::<R, std::convert::Infallible>(change(entry))
            })
            .await;
            let error = match outcome {
                Ok(value) => {
                    pass(Boundary::AfterConfirm, IntentAction::Launch).await;
                    return Ok(value);
                }
                Err(ChangeError::Cluster(error @ im_cluster::ClusterError::Unavailable(_))) => {
                    error
                }
                Err(error) => return Err(error.into()),
            };
            pause = pauses.next().copied().unwrap_or(pause);
            if !self.manager.inner.tasks.sleep(pause).await {
                return Err(error.into());
            }
        }
    }

    /// One launch of each machine in the present cloud of its group. Machines that exist are recorded on the way;
    /// the answer says of each outcome whether it is recorded.
    async fn round(
        &self,
        groups: &[LaunchGroup],
    ) -> Result<BTreeMap<VmId, (Outcome, bool)>, Error> {
        let machines = groups.iter().flat_map(|group| {
            let candidate = group.candidate();
            group
                .vms
                .iter()
                .filter_map(move |id| candidate.map(|candidate| (*id, Arc::clone(candidate))))
        });
        let machines: Vec<(VmId, Arc<Candidate>)> = machines.collect();
        let total = machines.len();
        let at_a_time = self.manager.inner.settings.max_simultaneous_launches.max(1);
        let mut answers = stream::iter(machines)
            .map(|(id, candidate)| self.spawn_machine(id, candidate))
            .buffer_unordered(at_a_time);
        let mut outcomes: BTreeMap<VmId, (Outcome, bool)> = BTreeMap::new();
        let flush = tokio::time::sleep(FLUSH_AFTER);
        tokio::pin!(flush);
        loop {
            tokio::select! {
                biased;
                answer = answers.next() => {
                    let Some((id, outcome)) = answer else { break };
                    if outcomes.values().all(|(_, recorded)| *recorded) {
                        flush.as_mut().reset(tokio::time::Instant::now() + FLUSH_AFTER);
                    }
                    outcomes.insert(id, (outcome, false));
                    // The last results are committed by the caller, together with what follows from them.
                    if outcomes.len() == total { break }
                }
                () = &mut flush, if has_unrecorded(&outcomes) => {
                    self.record_launched(&mut outcomes).await?;
                }
            }
        }
        Ok(outcomes)
    }

    /// Launches a machine in a task of its own, which goes on while results are being committed.
    async fn spawn_machine(&self, id: VmId, candidate: Arc<Candidate>) -> (VmId, Outcome) {
        let launching = self.clone();
        let work = async move {
            let life = Arc::clone(launching.slot.life());
            let machine = launching.machine(id, &candidate);
            let ended = life.ended().run_until_cancelled(machine).await;
            // Whoever owns the infrastructure now looks for the machine.
            ended.unwrap_or_else(|| Outcome::Unknown("The node was taken for dead.".into()))
        };
        let tasks = &self.manager.inner.tasks;
        let outcome = match tasks.spawn("launch a machine", self.slot.id(), work).await {
            Ok(Ok(outcome)) => outcome,
            _ => Outcome::Unknown("The launch was interrupted by a fault of the service.".into()),
        };
        (id, outcome)
    }

    async fn record_launched(
        &self,
        outcomes: &mut BTreeMap<VmId, (Outcome, bool)>,
    ) -> Result<(), Error> {
        let now = self.manager.inner.clock.epoch_seconds();
        self.commit(|entry| {
            for (id, (outcome, recorded)) in outcomes.iter() {
                if !recorded && matches!(outcome, Outcome::Launched { .. }) {
                    outcome.record(entry, *id, now);
                }
            }
        })
        .await?;
        for (outcome, recorded) in outcomes.values_mut() {
            *recorded |= matches!(outcome, Outcome::Launched { .. });
        }
        Ok(())
    }

    /// Records that the machines of a group will be launched in its present cloud.
    fn move_group(&self, entry: &mut Entry<'_>, group: &LaunchGroup) {
        let Some(cloud) = group.cloud() else { return };
        for id in &group.vms {
            let infrastructure = &mut *entry.infrastructure;
            let Some(vm) = infrastructure.vm_mut(*id) else {
                continue;
            };
            vm.cloud = cloud.clone();
            let requested = Arc::clone(&vm.requested);
            note_networks(infrastructure, &requested, &cloud.id);
        }
        let reason = "Another cloud is tried.";
        intents::next_attempt(entry, &self.names, &group.vms, reason);
    }

    /// Decides what follows from the outcomes of a group: it moves on as a whole, or its outcomes stand.
    fn settle(
        &self,
        mut group: LaunchGroup,
        outcomes: &mut BTreeMap<VmId, (Outcome, bool)>,
        summary: &mut Summary,
        moving: &mut Vec<LaunchGroup>,
    ) {
        let failed = |id: &VmId| {
            outcomes
                .get(id)
                .is_some_and(|(outcome, _)| outcome.failure().is_some())
        };
        let stopping = self.manager.inner.tasks.stop().is_cancelled();
        if !stopping && !group.vms.is_empty() && group.vms.iter().all(failed) && group.next_cloud()
        {
            for id in &group.vms {
                outcomes.remove(id);
            }
            moving.push(group);
            return;
        }
        for id in group.vms {
            if let Some((outcome, _)) = outcomes.get(&id) {
                summary.add(id, outcome);
            }
        }
    }
}

fn has_unrecorded(outcomes: &BTreeMap<VmId, (Outcome, bool)>) -> bool {
    outcomes
        .values()
        .any(|(outcome, recorded)| !recorded && matches!(outcome, Outcome::Launched { .. }))
}
