//! The unit of work: a set of machines that one document describes and some users own.

use std::collections::BTreeMap;
use std::sync::Arc;

use im_radl::Radl;
use serde_json::{Map, Value};

use crate::{Identity, InfId, Owner, Vm, VmId, VmState};

/// An infrastructure as a value.
///
/// Machines are shared, so that a copy costs a pointer a machine: a change clones the infrastructure, replaces what
/// changes, and the copy becomes the next snapshot once it is committed.
#[derive(Clone, Debug, PartialEq)]
pub struct Infrastructure {
    /// Its id.
    pub id: InfId,
    /// Who may see and change it. Their cloud credentials are not part of it.
    pub owners: Vec<Owner>,
    /// The document, with the deploys of the last request only.
    pub radl: Arc<Radl>,
    /// All machines ever asked for; the position is the number.
    pub vms: Vec<Arc<Vm>>,
    /// The cloud of each network that is not public, by the network's id.
    pub private_networks: BTreeMap<String, String>,
    /// Destroyed, or exported with removal.
    pub deleted: bool,
    /// The machine that runs the contextualization of the others.
    pub vm_master: Option<VmId>,
    /// The message of the contextualization, one line an event.
    pub cont_out: String,
    /// Whether the master was made ready: `None` before, `Some(false)` after a failure.
    pub ansible_configured: Option<bool>,
    /// Whether the contextualization ended well; `None` while it is under way.
    pub configured: Option<bool>,
    /// Further data, by name: `TOSCA` is the document in YAML it was made from.
    pub extra_info: Map<String, Value>,
    /// Images to be deleted with the infrastructure.
    pub snapshots: Vec<String>,
    /// When it was created, in seconds of the epoch; absent in old rows.
    pub creation_date: Option<i64>,
    /// Keys of the stored form that this release does not know, kept as data.
    pub unknown: Map<String, Value>,
}

// === impl Infrastructure ===

impl Infrastructure {
    /// An infrastructure without machines.
    pub fn new(id: InfId, owners: Vec<Owner>, creation_date: i64) -> Self {
        Self {
            id,
            owners,
            radl: Arc::new(Radl::default()),
            vms: Vec::new(),
            private_networks: BTreeMap::new(),
            deleted: false,
            vm_master: None,
            cont_out: String::new(),
            ansible_configured: None,
            configured: None,
            extra_info: Map::new(),
            snapshots: Vec::new(),
            creation_date: Some(creation_date),
            unknown: Map::new(),
        }
    }

    /// Whether one of these identities owns it.
    pub fn is_owned_by(&self, identities: &[Identity]) -> bool {
        self.owners
            .iter()
            .any(|owner| identities.iter().any(|identity| owner.is(identity)))
    }

    /// The machine with this number, removed or not.
    pub fn vm(&self, id: VmId) -> Option<&Arc<Vm>> {
        self.vms.get(id.index())
    }

    /// The machine with this number, to be changed in this copy.
    pub fn vm_mut(&mut self, id: VmId) -> Option<&mut Vm> {
        self.vms.get_mut(id.index()).map(Arc::make_mut)
    }

    /// The machines that have not been removed, in order of their numbers.
    pub fn live_vms(&self) -> impl Iterator<Item = &Arc<Vm>> {
        self.vms.iter().filter(|vm| !vm.destroyed)
    }

    /// The number that the next machine gets.
    pub fn next_vm_id(&self) -> VmId {
        VmId(u32::try_from(self.vms.len()).unwrap_or(u32::MAX))
    }

    /// The state of the whole.
    ///
    /// Without machines it is `failed` if none was ever asked for or none could be had, `pending` while they are being
    /// created, `unknown` once all were removed. Otherwise `failed` and `unknown` win at once, whichever comes first;
    /// then `pending`, then `running`; else the first machine decides between `stopped`, `off`, `deleting` and
    /// `configured`, and `unconfigured` beats `configured` only.
    pub fn state(&self) -> VmState {
        let mut whole = None;
        for vm in self.live_vms() {
            whole = Some(match (whole, vm.state) {
                (_, decisive @ (VmState::Failed | VmState::Unknown)) => return decisive,
                (Some(VmState::Pending), _) | (_, VmState::Pending) => VmState::Pending,
                (Some(VmState::Running), _) | (_, VmState::Running) => VmState::Running,
                (None, first) => first,
                (Some(VmState::Configured), VmState::Unconfigured) => VmState::Unconfigured,
                (Some(first), _) => first,
            });
        }
        match whole {
            Some(state) => state,
            None if !self.vms.is_empty() => VmState::Unknown,
            None if self.configured == Some(false) => VmState::Failed,
            None => VmState::Pending,
        }
    }
}
