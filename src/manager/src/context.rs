//! Contextualization: the configuration of machines once they run.
//!
//! A contextualization begins in the same commit as the change that asks for it ([`begin`]), and goes on in a task of
//! its own, at most one for each infrastructure: a new one ends the former. It waits for nothing but machines that
//! are not up yet, which it asks their clouds about every `CONFMAMAGER_CHECK_STATE_INTERVAL`.
//!
//! This release reaches no machine over SSH. A document that switches contextualization off is served in full;
//! otherwise the machines end as `unconfigured`, and the message says why.

mod addresses;
mod master;
mod message;
mod run;
mod wait;

use im_domain::{Infrastructure, VmId};

use crate::vm_state;

pub(crate) use message::note;

/// The whole message of an infrastructure whose document switches contextualization off.
const DISABLED: &str = "Contextualization disabled by the RADL/TOSCA template.\n\n";

/// Begins the contextualization of an infrastructure, or of some machines of it, anew. Answers whether something is
/// left to be done by [`Manager::spawn_context`](crate::Manager::spawn_context): not if there is no machine, and not
/// if the document switches it off, which makes the machines configured at once.
pub(crate) fn begin(infrastructure: &mut Infrastructure, selected: Option<&[VmId]>) -> bool {
    if infrastructure.live_vms().next().is_none() {
        return false;
    }
    let disabled = is_disabled(infrastructure);
    infrastructure.cont_out.clear();
    if disabled {
        infrastructure.cont_out.push_str(DISABLED);
    }
    infrastructure.ansible_configured = None;
    let result = disabled.then_some(true);
    infrastructure.configured = result;
    set_configured(infrastructure, selected, result);
    !disabled
}

/// The machines that a contextualization of everything would configure.
pub(crate) fn concerned(infrastructure: &Infrastructure) -> Vec<VmId> {
    match is_disabled(infrastructure) {
        true => Vec::new(),
        false => selected_machines(infrastructure, None),
    }
}

/// Whether the document switches the contextualization off.
fn is_disabled(infrastructure: &Infrastructure) -> bool {
    let block = infrastructure.radl.contextualize.as_ref();
    block.is_some_and(|block| block.is_empty())
}

/// Gives the selected machines the result of their contextualization (`None`: it begins).
fn set_configured(
    infrastructure: &mut Infrastructure,
    selected: Option<&[VmId]>,
    result: Option<bool>,
) {
    for id in selected_machines(infrastructure, selected) {
        if let Some(vm) = infrastructure.vm_mut(id) {
            if result.is_none() {
                vm.cont_out.clear();
                vm.ctxt_pid = None;
            }
            vm_state::set_configured(vm, result);
        }
    }
}

/// The machines that are meant: all that have not been removed, or those of them that were named.
fn selected_machines(infrastructure: &Infrastructure, selected: Option<&[VmId]>) -> Vec<VmId> {
    infrastructure
        .live_vms()
        .map(|vm| vm.id)
        .filter(|id| selected.is_none_or(|named| named.contains(id)))
        .collect()
}
