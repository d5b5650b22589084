//! Work that was left unfinished is taken up again.
//!
//! A machine that is `creating` and has no id in its cloud, an infrastructure that was created asynchronously and has
//! no machines yet, a removal or destruction that was recorded, a change of power, and a contextualization that nobody
//! runs are work that an earlier life of a node left, or whose outcome a cloud did not tell. It goes on with the
//! credentials of its operations, where they could be sealed (`recovery`), or with those of the next owner who asks for
//! the infrastructure, until nothing is left or nothing more can be done with them; then its operations wait.
//!
//! The work holds the turn of the infrastructure, taken before the request goes on: a change that this request asks
//! for therefore finds the former work settled. Between two attempts the turn is given back.
//!
//! # Why nothing is made twice
//! What is left is read from the infrastructure under the turn, which nobody else works on then. A machine is launched
//! again only if its cloud recognises the token, or has shown no machine of that token for so long after *this owner
//! came* that none can appear any more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use im_auth::Caller;
use im_cluster::{OperationGuard, Slot};
use im_connectors::{CloudLine, Connector};
use im_domain::{InfId, Infrastructure, Vm, VmId, VmState};
use im_operations::Entry;
use im_radl::System;
use im_store::{OperationKind, OperationState};

use super::cleanup::{Search, Unrecorded};
use super::outcome::Outcome;
use super::run::Launching;
use super::{LaunchGroup, Unfinished, attempt, intents, request};
use crate::journal::{begin_context, commit};
use crate::placement::{Candidate, with_defaults};
use crate::{BootMode, Error, Manager, VmOperation, context, power};

/// Waits between attempts to settle what a cloud does not tell.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(300),
];

/// How often a pause is broken to see whether it is still wanted.
const LOOK: Duration = Duration::from_secs(1);

/// How many kinds of work one infrastructure can have left at a time, at most.
const KINDS_AT_A_TIME: usize = 10;

/// What is left of the work on an infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// The infrastructure is to be destroyed.
    Destruction { force: bool },
    /// Some machines are to be removed.
    Removal,
    /// The machines of a creation have not been placed.
    Creation,
    /// Some machines are being launched, as far as the record goes.
    Launches,
    /// Some machines are being stopped, started, or changed otherwise.
    Power,
    /// Operations are open of which nothing is left to be done.
    Rest,
    /// Machines run and their contextualization has not ended.
    Context,
}

/// One cloud and the machines of one system whose launches in it are open.
struct Open {
    connector: Arc<dyn Connector>,
    vms: Vec<Arc<Vm>>,
}

/// The right to take up what is left of one infrastructure, which one task of this node has at a time.
pub(crate) struct Resuming {
    manager: Manager,
    inf: InfId,
    /// Whether it was to be had.
    has: bool,
}

// === impl Resuming ===

impl Resuming {
    /// Takes the right, if nobody has it.
    pub(crate) fn begin(manager: &Manager, inf: &InfId) -> Self {
        Self {
            manager: manager.clone(),
            inf: inf.clone(),
            has: manager.inner.tasks.begin_resume(inf),
        }
    }

    /// Takes the right, or answers that somebody has it.
    pub(crate) fn try_begin(manager: &Manager, inf: &InfId) -> Option<Self> {
        Some(Self::begin(manager, inf)).filter(|resuming| resuming.has)
    }
}

impl Drop for Resuming {
    fn drop(&mut self) {
        if self.has {
            self.manager.inner.tasks.end_resume(&self.inf);
        }
    }
}

// === impl Open ===

impl Open {
    fn system(&self) -> Option<&System> {
        self.vms.first()?.requested.first_system()
    }
}

// === impl Left ===

impl Left {
    /// Whether a node in this mode may finish it: what it may do, it may finish.
    fn is_allowed_in(self, mode: BootMode) -> bool {
        match self {
            Self::Destruction { .. } => mode != BootMode::ReadOnly,
            _ => mode == BootMode::Normal,
        }
    }

    /// `has_context` is asked only where it matters.
    fn of(infrastructure: &Infrastructure, has_context: impl FnOnce() -> bool) -> Option<Self> {
        if infrastructure.deleted {
            return None;
        }
        match Unfinished::of(infrastructure) {
            Some(Unfinished::Creation) => return Some(Self::Creation),
            Some(Unfinished::Destruction { force }) => return Some(Self::Destruction { force }),
            None => {}
        }
        if infrastructure.live_vms().any(|vm| vm.deleting) {
            return Some(Self::Removal);
        }
        if infrastructure.vms.iter().any(|vm| attempt::is_open(vm)) {
            return Some(Self::Launches);
        }
        // Nearly always there is none, and this is asked for each request.
        let has_open = !Entry::open(infrastructure, None).is_empty();
        if has_open && !Entry::open(infrastructure, Some(&power::KINDS)).is_empty() {
            return Some(Self::Power);
        }
        if has_open && !Entry::open(infrastructure, Some(&OF_MACHINES)).is_empty() {
            return Some(Self::Rest);
        }
        let waits = |vm: &Vm| {
            matches!(vm.state, VmState::Pending | VmState::Running)
                && vm.cloud_vm_id.is_some()
                && vm.configured != Some(true)
        };
        let left = if infrastructure.configured.is_none()
            && infrastructure.live_vms().any(|vm| waits(vm))
        {
            Self::Context
        } else if has_open {
            Self::Rest
        } else {
            return None;
        };
        (!has_context()).then_some(left)
    }
}

/// Operations of which the infrastructure says all that is left.
const OF_MACHINES: [OperationKind; 4] = [
    OperationKind::Create,
    OperationKind::Add,
    OperationKind::Remove,
    OperationKind::Destroy,
];

// === impl Manager ===

impl Manager {
    /// What is left of the work on an infrastructure that nobody does here.
    pub(crate) fn left(&self, slot: &Slot) -> Option<Left> {
        Left::of(&slot.snapshot(), || self.inner.tasks.has_context(slot.id()))
    }

    /// Takes up what is left of the work on an infrastructure, if the caller owns it and nobody works on it.
    pub(crate) fn resume_launches(&self, slot: &Arc<Slot>, caller: &Caller) {
        let Some(left) = self.left(slot) else {
            return;
        };
        if !left.is_allowed_in(self.inner.settings.boot_mode)
            || !caller.owns(&slot.snapshot().owners)
        {
            return;
        }
        // What the request is meant for is not what others left.
        let manager = self.unconditioned();
        let Some(right) = Resuming::try_begin(&manager, slot.id()) else {
            return;
        };
        if let Some(turn) = slot.try_operation("resume") {
            let (slot, caller) = (Arc::clone(slot), caller.clone());
            let inf = slot.id().clone();
            let work = async move {
                manager.claim(&slot, &caller).await;
                manager.finish(&slot, vec![caller], Some(turn), right).await;
            };
            self.inner.tasks.spawn("resume", &inf, work);
        }
    }

    /// Goes on finding out what became of launches, after a while. The turn of the infrastructure is free meanwhile.
    pub(crate) fn resume_later(&self, slot: &Arc<Slot>, caller: &Caller) {
        if let Some(right) = Resuming::try_begin(self, slot.id()) {
            let (manager, slot, caller) = (self.clone(), Arc::clone(slot), caller.clone());
            let inf = slot.id().clone();
            let work = async move { manager.finish(&slot, vec![caller], None, right).await };
            self.inner.tasks.spawn("resume", &inf, work);
        }
    }

    /// Finishes what is left, with the credentials of these callers, in this order.
    pub(crate) async fn finish(
        &self,
        slot: &Arc<Slot>,
        callers: Vec<Caller>,
        mut turn: Option<OperationGuard>,
        _right: Resuming,
    ) {
        let mut pauses = PAUSES.iter();
        let mut begins_now = turn.is_some();
        loop {
            if begins_now && !self.attempt(slot, &callers, turn.take()).await {
                break;
            }
            begins_now = true;
            let Some(pause) = pauses.next() else { break };
            if !self.pause(slot, *pause).await {
                return;
            }
        }
        self.give_up(slot).await;
    }

    /// Waits, unless the infrastructure is lost, or the node ends or wants to give it up: its operations are found by the
    /// next owner. Answers whether the whole time has passed.
    async fn pause(&self, slot: &Slot, pause: Duration) -> bool {
        let mut left = pause;
        while !left.is_zero() {
            let step = left.min(LOOK);
            let ended = slot.life().ended();
            let slept = ended.run_until_cancelled(self.inner.tasks.sleep(step));
            if slept.await != Some(true) || slot.is_lost() || self.inner.cluster.is_draining() {
                return false;
            }
            left -= step;
        }
        true
    }

    /// One attempt at everything that is left. Answers whether something is that may be settled later.
    async fn attempt(
        &self,
        slot: &Arc<Slot>,
        callers: &[Caller],
        mut turn: Option<OperationGuard>,
    ) -> bool {
        let mut later = false;
        for caller in callers {
            for _ in 0..KINDS_AT_A_TIME {
                let turn = match turn.take() {
                    Some(turn) => turn,
                    None => slot.operation("resume").await,
                };
                let Some(before) = self.left(slot) else { break };
                match self.resume_once(slot, caller, turn, before).await {
                    Ok(again) => later |= again,
                    Err(error) => {
                        tracing::warn!(inf.id = %slot.id(), error = %error, "The work cannot go on now.");
                        later = true;
                        break;
                    }
                }
                if self.left(slot) == Some(before) {
                    break;
                }
            }
        }
        later
    }

    /// One attempt at one kind of work. Answers whether something of it is left that may be settled later.
    async fn resume_once(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        turn: OperationGuard,
        left: Left,
    ) -> Result<bool, Error> {
        let snapshot = slot.snapshot();
        match left {
            Left::Creation => {
                self.place_and_launch(slot, caller, turn).await?;
                Ok(self.left(slot) == Some(Left::Launches))
            }
            Left::Destruction { force } => {
                self.destroy_now(slot, caller, force, turn).await?;
                Ok(false)
            }
            Left::Removal => {
                let vms: Vec<VmId> = snapshot
                    .live_vms()
                    .filter(|vm| vm.deleting)
                    .map(|vm| vm.id)
                    .collect();
                let again = snapshot.configured.is_some();
                self.remove_machines(slot, caller, &vms, again, turn)
                    .await?;
                Ok(false)
            }
            Left::Context => {
                let operation = self.operation(OperationKind::Reconfigure, slot.id(), caller);
                let begun = commit(slot, |entry| {
                    Ok::<_, Error>(begin_context(entry, None, &operation))
                })
                .await?;
                if let Some(operation) = begun {
                    self.spawn_context(slot, caller, None, operation);
                }
                Ok(false)
            }
            Left::Launches => self.resume_machines(slot, caller, &snapshot).await,
            Left::Power => self
                .resume_power(slot, caller, &snapshot)
                .await
                .map(|()| false),
            Left::Rest => {
                let runs = self.inner.tasks.has_context(slot.id());
                commit(slot, |entry| {
                    let state = OperationState::Done;
                    entry.end_kinds(&OF_MACHINES, state, None);
                    entry.end_kinds(&power::KINDS, state, None);
                    if !runs {
                        entry.end_kinds(&[OperationKind::Reconfigure], state, None);
                    }
                    Ok::<(), Error>(())
                })
                .await?;
                Ok(false)
            }
        }
    }

    /// Repeats what may be repeated, and ends what may not.
    async fn resume_power(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        snapshot: &Infrastructure,
    ) -> Result<(), Error> {
        for operation in [VmOperation::Stop, VmOperation::Start] {
            let open = Entry::open(snapshot, Some(&[operation.kind()]));
            if open.is_empty() {
                continue;
            }
            let meant = |vm: &&Arc<Vm>| {
                vm.cloud_vm_id.is_some() && Entry::has_intent(vm, operation.action())
            };
            let machines: Vec<Arc<Vm>> = snapshot.live_vms().filter(meant).cloned().collect();
            self.power_on_record(slot, caller, &machines, operation, &open)
                .await?;
        }
        let clock = &*self.inner.clock;
        let once = [OperationKind::Reboot, OperationKind::Alter];
        commit(slot, |entry| {
            let text = "A restart or change of machines was interrupted; whether it was made is not known.";
            if !Entry::open(entry.infrastructure, Some(&once)).is_empty() {
                context::note(entry.infrastructure, clock, text);
            }
            let vms: Vec<VmId> = entry.infrastructure.vms.iter().map(|vm| vm.id).collect();
            for id in vms {
                for action in power::ACTIONS {
                    let vm = entry.infrastructure.vm(id);
                    if vm.is_none_or(|vm| !Entry::has_intent(vm, action)) {
                        continue;
                    }
                    entry.mark(id, action, im_store::IntentState::Failed, text);
                    if let Some(vm) = entry.infrastructure.vm_mut(id) {
                        vm.last_update = 0;
                    }
                }
            }
            entry.end_kinds(&power::KINDS, OperationState::Failed, Some(text));
            Ok::<(), Error>(())
        })
        .await?;
        Ok(())
    }

    async fn resume_machines(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        snapshot: &Infrastructure,
    ) -> Result<bool, Error> {
        let launching = Launching::new(self, slot).await?;
        let search = Search::new(self, slot).await?;
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let mut adopted: BTreeMap<VmId, Outcome> = BTreeMap::new();
        let mut groups = Vec::new();
        let mut unclear = false;
        for open in self.open_launches(snapshot, caller) {
            let Ok(known) = open.connector.find_by_token(slot.id()).await else {
                unclear = true;
                continue;
            };
            let Some(system) = open.system() else {
                continue;
            };
            let systems = [Arc::new(with_defaults(system, &self.inner.settings))];
            let Ok(candidate) = Candidate::ask(Arc::clone(&open.connector), &systems).await else {
                unclear = true;
                continue;
            };
            let mut again = Vec::new();
            for vm in &open.vms {
                if cfg!(feature = "bug-new-token-on-retry") {
                    again.push(vm.id);
                    continue;
                }
                match search.among(&known, &*open.connector, vm) {
                    Unrecorded::Found(launched) => {
                        let at = attempt::current(vm);
                        let settings = &self.inner.settings;
                        let names = &launching.names;
                        let sent =
                            request::request(snapshot, vm, at, &candidate, settings, names).radl;
                        adopted.insert(vm.id, Outcome::Launched { launched, sent });
                    }
                    Unrecorded::Absent => again.push(vm.id),
                    Unrecorded::Unclear => unclear = true,
                }
            }
            if cfg!(feature = "bug-new-token-on-retry") {
                let names = &launching.names;
                let anew = |entry: &mut Entry<'_>| intents::next_attempt(entry, names, &again, "");
                launching.commit(anew).await?;
            }
            let mut group = LaunchGroup::new(vec![candidate]);
            group.vms = again;
            groups.push(group);
        }
        let now = self.inner.clock.epoch_seconds();
        let (_, (left, begun)) = launching
            .run(groups, |entry, summary| {
                for (id, outcome) in &adopted {
                    outcome.record(entry, *id, now);
                }
                let inf = &*entry.infrastructure;
                if inf.vms.iter().any(|vm| attempt::is_open(vm)) {
                    return (true, None);
                }
                let (state, reasons) = match summary.failed.is_empty() {
                    true => (OperationState::Done, None),
                    false => (OperationState::Failed, Some(summary.reasons())),
                };
                let kinds = [OperationKind::Create, OperationKind::Add];
                entry.end_kinds(&kinds, state, reasons.as_deref());
                let begins = entry.infrastructure.configured.is_none();
                let begun = begins.then(|| begin_context(entry, None, &next));
                (false, begun.flatten())
            })
            .await?;
        if let Some(operation) = begun {
            self.spawn_context(slot, caller, None, operation);
        }
        Ok(left && (unclear || !adopted.is_empty()))
    }

    /// The open launches that the caller's credentials can settle, cloud by cloud and system by system.
    fn open_launches(&self, snapshot: &Infrastructure, caller: &Caller) -> Vec<Open> {
        let lines = CloudLine::all(caller.credentials());
        let mut by_cloud: BTreeMap<(&str, &str), Vec<Arc<Vm>>> = BTreeMap::new();
        for vm in snapshot.vms.iter().filter(|vm| attempt::is_open(vm)) {
            let system = vm.requested.first_system().map_or("", |system| &system.id);
            by_cloud
                .entry((&vm.cloud.id, system))
                .or_default()
                .push(Arc::clone(vm));
        }
        let open = by_cloud.into_values().filter_map(|vms| {
            let connector = self.inner.registry.for_vm(&vms.first()?.cloud, &lines);
            Some(Open {
                connector: connector.ok()?,
                vms,
            })
        });
        open.collect()
    }
}
