//! Names of machines: `DEFAULT_VM_NAME`, `DEFAULT_DOMAIN`, and `#N#` for the number of the machine.

use im_domain::VmId;
use im_radl::System;

use crate::ManagerSettings;

const NUMBER: &str = "#N#";

/// Writes the number of a machine into its DNS names. The first interface gets the default name if it has none.
pub(crate) fn set_dns_names(system: &mut System, vm: VmId, settings: &ManagerSettings) {
    for interface in 0..system.num_interfaces() {
        let given = system.interface_dns_name(interface);
        let given = given.or((interface == 0).then_some(settings.default_vm_name.as_str()));
        if let Some(template) = given {
            let name = numbered(template, vm);
            system.set_interface_dns_name(interface, &name);
        }
        let further: Vec<String> = system
            .interface_additional_dns_names(interface)
            .into_iter()
            .map(str::to_owned)
            .collect();
        if further.iter().any(|name| name.contains(NUMBER)) {
            let further: Vec<String> = further.iter().map(|name| numbered(name, vm)).collect();
            let feature = format!("net_interface.{interface}.additional_dns_names");
            system
                .features
                .set_list(&feature, further.iter().map(String::as_str));
        }
    }
}

/// What a machine is called in its cloud: its `instance_name`, else its first DNS name with a domain.
pub(crate) fn vm_name(system: &System, vm: VmId, settings: &ManagerSettings) -> String {
    if let Some(name) = system.instance_name() {
        return numbered(name, vm);
    }
    let template = system
        .interface_dns_name(0)
        .unwrap_or(&settings.default_vm_name);
    let name = numbered(template, vm);
    match name.contains('.') || settings.default_domain.is_empty() {
        true => name,
        false => format!("{name}.{}", settings.default_domain),
    }
}

fn numbered(template: &str, vm: VmId) -> String {
    template.replace(NUMBER, &vm.to_string())
}
