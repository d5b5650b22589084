//! The intents of launches.

use std::collections::HashMap;
use std::sync::Arc;

use im_domain::{OperationId, Vm, VmId};
use im_operations::{Entry, Names, Planned};
use im_radl::Radl;
use im_store::{IntentAction, IntentState};

use super::attempt;
use crate::journal::digest;

/// The token of an attempt to launch a machine: the same wherever and whenever it is computed.
pub(super) fn token(names: &Names, inf: &im_domain::InfId, vm: &Vm, attempt: u32) -> String {
    let operation = attempt::operation(vm);
    names.token(inf, operation, IntentAction::Launch, vm.id, attempt)
}

/// Writes down the first attempts to launch machines that are part of an infrastructure since this very change.
pub(crate) fn plan(
    entry: &mut Entry<'_>,
    names: &Names,
    operation: OperationId,
    vms: impl Iterator<Item = VmId>,
) {
    let vms: Vec<VmId> = vms.collect();
    for id in &vms {
        if let Some(vm) = entry.infrastructure.vm_mut(*id) {
            attempt::set_operation(vm, operation);
        }
    }
    plan_current(entry, names, &vms);
}

/// Gives the present attempts up for others: the former have failed for certain.
pub(super) fn next_attempt(entry: &mut Entry<'_>, names: &Names, vms: &[VmId], reason: &str) {
    for id in vms {
        entry.mark(*id, IntentAction::Launch, IntentState::Failed, reason);
        if let Some(vm) = entry.infrastructure.vm_mut(*id) {
            let next = attempt::current(vm).saturating_add(1);
            attempt::set(vm, next);
        }
    }
    plan_current(entry, names, vms);
}

fn plan_current(entry: &mut Entry<'_>, names: &Names, vms: &[VmId]) {
    // Machines of one deploy share what they ask for.
    let mut digests: HashMap<*const Radl, String> = HashMap::new();
    let planned = vms.iter().filter_map(|id| {
        let vm = entry.infrastructure.vm(*id)?;
        let digest = digests
            .entry(Arc::as_ptr(&vm.requested))
            .or_insert_with(|| digest(&[&vm.requested.to_text(), &vm.cloud.id]));
        Some(Planned {
            operation: attempt::operation(vm)?,
            action: IntentAction::Launch,
            vm: *id,
            attempt: attempt::current(vm),
            digest: digest.clone(),
        })
    });
    let planned: Vec<Planned> = planned.collect();
    entry.plan(names, &planned);
}
