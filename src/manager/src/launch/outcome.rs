//! What became of a launch, and its record.

use std::sync::Arc;

use im_connectors::Launched;
use im_domain::{VmId, VmState};
use im_operations::Entry;
use im_radl::Radl;
use im_store::{IntentAction, IntentState};

use super::{attempt, info};
use crate::vm_state;

/// What became of a launch.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// There is a machine.
    Launched {
        /// What the cloud says.
        launched: Box<Launched>,
        /// What it was asked for.
        sent: Arc<Radl>,
    },
    /// There is none, for this reason.
    Failed(String),
    /// There may be one; nobody could find out.
    Unknown(String),
    /// It was not begun: the machine is being removed, or the node is ending.
    NotBegun,
}

// === impl Outcome ===

impl Outcome {
    /// Writes it down.
    pub(super) fn record(&self, entry: &mut Entry<'_>, id: VmId, now: i64) {
        let (state, result) = match self {
            Self::Launched { launched, .. } => (Some(IntentState::Applied), &*launched.cloud_vm_id),
            Self::Failed(reason) => (Some(IntentState::Failed), &**reason),
            Self::Unknown(reason) => (Some(IntentState::Unknown), &**reason),
            Self::NotBegun => (None, ""),
        };
        if let Some(state) = state {
            entry.mark(id, IntentAction::Launch, state, result);
        }
        let Some(vm) = entry.infrastructure.vm_mut(id) else {
            return;
        };
        match self {
            Self::Launched { launched, sent } => {
                attempt::end(vm);
                vm.cloud_vm_id = Some(launched.cloud_vm_id.clone());
                vm.last_update = now;
                vm.error_msg = None;
                // A record that was read again says `false` of every machine whose configuration has not ended.
                vm.configured = None;
                let observed = &launched.observed;
                let info = info::after_launch(&vm.info, sent, &observed.radl, &vm.requested);
                vm.info = Arc::new(info);
                vm_state::set(vm, vm_state::settled(observed.state, vm.configured));
            }
            Self::Failed(reason) => {
                attempt::end(vm);
                vm.error_msg = Some(reason.clone());
                vm.last_update = now;
                vm_state::set(vm, VmState::Failed);
            }
            Self::Unknown(reason) => {
                vm.error_msg = Some(reason.clone());
                vm.last_update = now;
            }
            Self::NotBegun => {}
        }
    }

    /// Why there is no machine, for certain.
    pub(super) fn failure(&self) -> Option<&str> {
        match self {
            Self::Failed(reason) => Some(reason),
            _ => None,
        }
    }
}
