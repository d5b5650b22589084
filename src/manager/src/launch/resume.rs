//! Launches that were left unfinished are taken up again.
//!
//! A machine that is `creating` and has no id in its cloud, an infrastructure that was created asynchronously and has
//! no machines yet, a removal or destruction that was recorded, and a contextualization that nobody runs are work that
//! an earlier life of a node left, or whose outcome a cloud did not tell. Credentials are not kept, so this begins with the next request of an owner for that
//! infrastructure, and goes on with those credentials until nothing is left or nothing more can be done with them.
//!
//! The work holds the turn of the infrastructure, taken before the request goes on: a change that this request asks
//! for therefore finds the former work settled. Between two attempts the turn is given back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use im_auth::Caller;
use im_cluster::{OperationGuard, Slot};
use im_connectors::{CloudLine, Connector};
use im_domain::{Infrastructure, Vm, VmId, VmState};
use im_radl::System;

use super::cleanup::{Unrecorded, among};
use super::outcome::Outcome;
use super::run::Launching;
use super::{LaunchGroup, Unfinished, attempt, request};
use crate::placement::{Candidate, with_defaults};
use crate::{BootMode, Error, Manager, context};

/// Waits between attempts to settle what a cloud does not tell.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(300),
];

/// What is left of the work on an infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// The infrastructure is to be destroyed.
    Destruction { force: bool },
    /// Some machines are to be removed.
    Removal,
    /// The machines of a creation have not been placed.
    Creation,
    /// Some machines are being launched, as far as the record goes.
    Launches,
    /// Machines run and their contextualization has not ended.
    Context,
}

/// One cloud and the machines of one system whose launches in it are open.
struct Open {
    connector: Arc<dyn Connector>,
    vms: Vec<Arc<Vm>>,
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

    fn of(infrastructure: &Infrastructure) -> Option<Self> {
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
        let waits = |vm: &Vm| {
            matches!(vm.state, VmState::Pending | VmState::Running)
                && vm.cloud_vm_id.is_some()
                && vm.configured != Some(true)
        };
        let left =
            infrastructure.configured.is_none() && infrastructure.live_vms().any(|vm| waits(vm));
        left.then_some(Self::Context)
    }
}

// === impl Manager ===

impl Manager {
    /// Takes up what is left of the work on an infrastructure, if the caller owns it and nobody works on it.
    pub(crate) fn resume_launches(&self, slot: &Arc<Slot>, caller: &Caller) {
        let snapshot = slot.snapshot();
        let Some(left) = Left::of(&snapshot) else {
            return;
        };
        let tasks = &self.inner.tasks;
        if !left.is_allowed_in(self.inner.settings.boot_mode)
            || !caller.owns(&snapshot.owners)
            || (left == Left::Context && tasks.has_context(slot.id()))
            || !tasks.begin_resume(slot.id())
        {
            return;
        }
        match slot.try_operation("resume") {
            Some(turn) => self.spawn_resume(slot, caller, Some(turn)),
            None => tasks.end_resume(slot.id()),
        }
    }

    /// Goes on finding out what became of launches, after a while. The turn of the infrastructure is free meanwhile.
    pub(crate) fn resume_later(&self, slot: &Arc<Slot>, caller: &Caller) {
        if self.inner.tasks.begin_resume(slot.id()) {
            self.spawn_resume(slot, caller, None);
        }
    }

    fn spawn_resume(&self, slot: &Arc<Slot>, caller: &Caller, mut turn: Option<OperationGuard>) {
        let (manager, slot, caller) = (self.clone(), Arc::clone(slot), caller.clone());
        let inf = slot.id().clone();
        let work = async move {
            let _named = Named(&manager, &slot);
            let mut pauses = PAUSES.iter();
            loop {
                if let Some(turn) = turn.take() {
                    match manager.resume_once(&slot, &caller, turn).await {
                        Ok(true) => {}
                        Ok(false) => return,
                        Err(error) => {
                            tracing::warn!(inf.id = %slot.id(), error = %error, "The launch cannot go on now.");
                        }
                    }
                }
                let Some(pause) = pauses.next() else { return };
                if slot.is_lost() || !manager.inner.tasks.sleep(*pause).await {
                    return;
                }
                turn = Some(slot.operation("resume").await);
            }
        };
        self.inner.tasks.spawn("resume", &inf, work);
    }

    /// One attempt. Answers whether something is left that may be settled later.
    async fn resume_once(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        turn: OperationGuard,
    ) -> Result<bool, Error> {
        let snapshot = slot.snapshot();
        match Left::of(&snapshot) {
            None => Ok(false),
            Some(Left::Creation) => {
                self.place_and_launch(slot, caller, turn).await?;
                Ok(Left::of(&slot.snapshot()) == Some(Left::Launches))
            }
            Some(Left::Destruction { force }) => {
                self.destroy_now(slot, caller, force, turn).await?;
                Ok(false)
            }
            Some(Left::Removal) => {
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
            Some(Left::Context) => {
                let begun = slot
                    .change(|inf| Ok::<bool, Error>(context::begin(inf, None)))
                    .await?;
                if begun {
                    self.spawn_context(slot, caller, None);
                }
                Ok(false)
            }
            Some(Left::Launches) => self.resume_machines(slot, caller, &snapshot).await,
        }
    }

    async fn resume_machines(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        snapshot: &Infrastructure,
    ) -> Result<bool, Error> {
        let launching = Launching::new(self, slot);
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
            let now = self.inner.clock.epoch_seconds();
            let mut again = Vec::new();
            for vm in &open.vms {
                match among(&known, &*open.connector, slot.id(), vm, now) {
                    Unrecorded::Found(launched) => {
                        let at = attempt::current(vm);
                        let settings = &self.inner.settings;
                        let sent = request::request(snapshot, vm, at, &candidate, settings).radl;
                        adopted.insert(vm.id, Outcome::Launched { launched, sent });
                    }
                    Unrecorded::Absent => again.push(vm.id),
                    Unrecorded::Unclear => unclear = true,
                }
            }
            let mut group = LaunchGroup::new(vec![candidate]);
            group.vms = again;
            groups.push(group);
        }
        let now = self.inner.clock.epoch_seconds();
        let (_, (left, begun)) = launching
            .run(groups, |inf, _| {
                for (id, outcome) in &adopted {
                    outcome.record(inf, *id, now);
                }
                let left = inf.vms.iter().any(|vm| attempt::is_open(vm));
                let begun = !left && inf.configured.is_none() && context::begin(inf, None);
                (left, begun)
            })
            .await?;
        if begun {
            self.spawn_context(slot, caller, None);
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

/// Gives the right to resume back, whatever happens.
struct Named<'a>(&'a Manager, &'a Arc<Slot>);

// === impl Named ===

impl Drop for Named<'_> {
    fn drop(&mut self) {
        self.0.inner.tasks.end_resume(self.1.id());
    }
}
