//! The choice of the machine that configures the others.

use im_domain::{Infrastructure, Vm, VmId};

use super::addresses;

/// The first machine with Linux that is up and has a public address.
pub(super) fn select(
    infrastructure: &Infrastructure,
    private_net_masks: &[String],
) -> Option<VmId> {
    infrastructure
        .live_vms()
        .find(|vm| vm.state.is_up() && is_linux(vm) && has_public_address(vm, private_net_masks))
        .map(|vm| vm.id)
}

fn is_linux(vm: &Vm) -> bool {
    vm.info
        .first_system()
        .and_then(|system| system.disk_text(0, "os.name"))
        .is_some_and(|name| name.eq_ignore_ascii_case("linux"))
}

fn has_public_address(vm: &Vm, private_net_masks: &[String]) -> bool {
    vm.info.first_system().is_some_and(|system| {
        system
            .features
            .indices("net_interface")
            .into_iter()
            .filter_map(|interface| system.interface_ip(interface))
            .any(|address| addresses::is_public(address, private_net_masks))
    })
}
