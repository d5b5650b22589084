//! What is asked of a cloud for a machine.

use std::sync::Arc;

use im_connectors::LaunchRequest;
use im_domain::{Infrastructure, Vm};
use im_operations::Names;
use im_radl::Radl;

use super::{intents, tags};
use crate::ManagerSettings;
use crate::placement::{Candidate, set_dns_names, vm_name};

/// The request for an attempt to launch a machine. The same machine, attempt and cloud give the same request; only
/// the token depends on the attempt.
pub(super) fn request(
    infrastructure: &Infrastructure,
    vm: &Vm,
    attempt: u32,
    candidate: &Candidate,
    settings: &ManagerSettings,
    names: &Names,
) -> LaunchRequest {
    let mut radl = Radl::clone(&vm.requested);
    let requested = radl.systems.first().map(|(id, _)| Arc::clone(id));
    if let Some(system) = requested.and_then(|id| candidate.systems.get(&id)) {
        radl.put_system(Arc::clone(system));
    }
    let mut name = String::new();
    let mut of_machine = Vec::new();
    if let Some(system) = radl.first_system_mut() {
        set_dns_names(system, vm.id, settings);
        name = vm_name(system, vm.id, settings);
        of_machine = tags::tags(infrastructure, system, settings);
    }
    LaunchRequest {
        inf: infrastructure.id.clone(),
        vm: vm.id,
        token: intents::token(names, &infrastructure.id, vm, attempt),
        name,
        radl: Arc::new(radl),
        tags: of_machine,
    }
}
