//! The memory of the cloud `Dummy`.
//!
//! # Who is believed
//!
//! The state of a machine is known from two sides: this memory, and the document that the service remembers. The
//! memory is right as long as this process alone works with the machine; the document may have been written by
//! another process since. So the later one is believed: the document if the cloud was asked (`last_update`, in
//! seconds) after this memory changed, and if its state says anything about power (`pending` and `unknown` do not).
//! One thing is never taken back: a machine that was removed here stays removed.
//!
//! # Ids and tokens
//!
//! The id of a machine is computed from its infrastructure and token. So a launch that is repeated with its token gives
//! the same machine, also in another process, and ids differ wherever tokens differ, with a chance of two in 10^12
//! for each pair. Machines are found by infrastructure and id, so that even a collision between two infrastructures
//! mixes nothing up.
//!
//! # Concurrency
//!
//! One lock guards everything, is held for a few table operations at most, and never across an await.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use im_domain::{InfId, VmState};
use im_radl::Radl;
use im_util::Clock;
use sha2::{Digest, Sha256};

use super::DummySettings;
use crate::faults::Dice;
use crate::{CloudVm, ConnectorError, ErrorKind, LaunchRequest, Operation, Retry};

/// How many removed machines are remembered as such.
const MAX_REMOVED: usize = 10_000;

/// The machines of all clouds of the type.
#[derive(Debug)]
pub(super) struct Backend {
    settings: DummySettings,
    dice: Dice,
    clock: Arc<dyn Clock>,
    machines: Mutex<Machines>,
}

/// A machine that was launched here.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// Its id.
    pub(super) id: String,
    /// Its state.
    pub(super) state: VmState,
    /// The document it was launched from.
    pub(super) request: Arc<Radl>,
}

#[derive(Debug, Default)]
struct Machines {
    by_inf: HashMap<InfId, BTreeMap<String, Machine>>,
    in_cloud: HashMap<String, usize>,
    removed: VecDeque<(InfId, String)>,
}

#[derive(Debug)]
struct Machine {
    state: VmState,
    /// When the state was set here, in seconds of the epoch.
    changed_at: i64,
    /// The id of the cloud where it counts.
    cloud: String,
    /// Token and document, if it was launched here.
    launched: Option<(String, Arc<Radl>)>,
}

// === impl Backend ===

impl Backend {
    pub(super) fn new(settings: DummySettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            dice: Dice::new(settings.faults.clone()),
            settings,
            clock,
            machines: Mutex::default(),
        }
    }

    /// Takes its time and perhaps fails, as the settings want it.
    pub(super) async fn misbehave(&self, operation: Operation) -> Result<(), ConnectorError> {
        let throw = self.dice.throw(operation);
        if !throw.delay.is_zero() {
            tokio::time::sleep(throw.delay).await;
        }
        if !throw.fails {
            return Ok(());
        }
        let message = format!("The cloud Dummy failed the call {operation} on purpose.");
        Err(ConnectorError::new(
            ErrorKind::Unavailable,
            Retry::Safe,
            operation,
            message,
        ))
    }

    /// Launches a machine, or finds the one that was launched with the same token.
    pub(super) fn launch(
        &self,
        cloud: &str,
        request: &LaunchRequest,
    ) -> Result<Running, ConnectorError> {
        let id = machine_id(&request.inf, &request.token);
        let changed_at = self.clock.epoch_seconds();
        let mut machines = self.lock();
        let present = machines.get(&request.inf, &id);
        if let Some((machine, (_, document))) = present
            .filter(|machine| machine.state != VmState::Off)
            .and_then(|machine| Some((machine, machine.launched.as_ref()?)))
        {
            return Ok(Running {
                id,
                state: machine.state,
                request: document.clone(),
            });
        }
        if let Some(capacity) = self.settings.capacity_of(cloud)
            && machines.in_cloud.get(cloud).copied().unwrap_or(0) >= capacity
        {
            return Err(ConnectorError::new(
                ErrorKind::Capacity,
                Retry::Never,
                Operation::Launch,
                format!("The cloud {cloud} is full: it holds {capacity} machines."),
            ));
        }
        let machine = Machine {
            state: VmState::Running,
            changed_at,
            cloud: cloud.to_owned(),
            launched: Some((request.token.clone(), request.radl.clone())),
        };
        machines.put(&request.inf, &id, machine);
        Ok(Running {
            id,
            state: VmState::Running,
            request: request.radl.clone(),
        })
    }

    /// The state of a machine.
    pub(super) fn state(&self, vm: &CloudVm) -> VmState {
        let Some(id) = &vm.vm.cloud_vm_id else {
            return VmState::Off;
        };
        let told = told_state(vm);
        match self.lock().get(&vm.inf, id) {
            Some(machine) if machine.state == VmState::Off => VmState::Off,
            Some(machine) if vm.vm.last_update > machine.changed_at => {
                told.unwrap_or(machine.state)
            }
            Some(machine) => machine.state,
            None => told.unwrap_or(VmState::Running),
        }
    }

    /// Sets the state of a machine, which need not be known here so far. A removed one stays removed.
    pub(super) fn set_state(&self, cloud: &str, vm: &CloudVm, state: VmState) {
        let Some(id) = &vm.vm.cloud_vm_id else {
            return;
        };
        // Also after a clock was set back, what happens now is later than what is remembered.
        let changed_at = self.clock.epoch_seconds().max(vm.vm.last_update);
        let mut machines = self.lock();
        let former = machines.get(&vm.inf, id);
        if former.is_some_and(|former| former.state == VmState::Off) {
            return;
        }
        let former = machines.take(&vm.inf, id);
        let machine = Machine {
            state,
            changed_at,
            cloud: former
                .as_ref()
                .map_or_else(|| cloud.to_owned(), |former| former.cloud.clone()),
            launched: former
                .and_then(|former| former.launched)
                .filter(|_| state != VmState::Off),
        };
        machines.put(&vm.inf, id, machine);
        if state == VmState::Off {
            machines.remember_removed(&vm.inf, id);
        }
    }

    /// The machines of an infrastructure that were launched here and exist, by token.
    pub(super) fn launched_for(&self, inf: &InfId) -> BTreeMap<String, Running> {
        let machines = self.lock();
        let known = machines.by_inf.get(inf).into_iter().flatten();
        known
            .filter(|(_, machine)| machine.state != VmState::Off)
            .filter_map(|(id, machine)| {
                let (token, request) = machine.launched.as_ref()?;
                let running = Running {
                    id: id.clone(),
                    state: machine.state,
                    request: request.clone(),
                };
                Some((token.clone(), running))
            })
            .collect()
    }

    /// How many machines a cloud has, and how many it holds if that is limited.
    pub(super) fn room(&self, cloud: &str) -> (usize, Option<usize>) {
        let used = self.lock().in_cloud.get(cloud).copied().unwrap_or(0);
        (used, self.settings.capacity_of(cloud))
    }

    fn lock(&self) -> MutexGuard<'_, Machines> {
        self.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Machines ===

impl Machines {
    fn get(&self, inf: &InfId, id: &str) -> Option<&Machine> {
        self.by_inf.get(inf)?.get(id)
    }

    /// Adds a machine or replaces it; it counts unless it is removed.
    fn put(&mut self, inf: &InfId, id: &str, machine: Machine) {
        self.take(inf, id);
        if machine.state != VmState::Off {
            *self.in_cloud.entry(machine.cloud.clone()).or_default() += 1;
        }
        self.by_inf
            .entry(inf.clone())
            .or_default()
            .insert(id.to_owned(), machine);
    }

    /// Takes a machine out, and its infrastructure with the last one.
    fn take(&mut self, inf: &InfId, id: &str) -> Option<Machine> {
        let machines = self.by_inf.get_mut(inf)?;
        let machine = machines.remove(id)?;
        if machines.is_empty() {
            self.by_inf.remove(inf);
        }
        if machine.state != VmState::Off
            && let Some(count) = self.in_cloud.get_mut(&machine.cloud)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.in_cloud.remove(&machine.cloud);
            }
        }
        Some(machine)
    }

    /// Keeps the number of removed machines in memory bounded.
    fn remember_removed(&mut self, inf: &InfId, id: &str) {
        self.removed.push_back((inf.clone(), id.to_owned()));
        if self.removed.len() > MAX_REMOVED
            && let Some((inf, id)) = self.removed.pop_front()
            && self
                .get(&inf, &id)
                .is_some_and(|machine| machine.state == VmState::Off)
        {
            self.take(&inf, &id);
        }
    }
}

/// What the document says about the power of a machine, if anything.
fn told_state(vm: &CloudVm) -> Option<VmState> {
    match vm.vm.state {
        _ if vm.vm.destroyed => Some(VmState::Off),
        VmState::Running | VmState::Configured | VmState::Unconfigured => Some(VmState::Running),
        VmState::Stopped => Some(VmState::Stopped),
        VmState::Off => Some(VmState::Off),
        VmState::Pending | VmState::Failed | VmState::Unknown | VmState::Deleting => None,
    }
}

/// Twelve digits, the first of which is not zero.
fn machine_id(inf: &InfId, token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(inf.as_str());
    hash.update([0]);
    hash.update(token);
    let number = hash
        .finalize()
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    (100_000_000_000 + number % 900_000_000_000).to_string()
}
