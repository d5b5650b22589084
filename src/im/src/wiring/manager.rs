//! The use cases.

use im_config::{CpuArchitecture, MemoryUnit, Settings};
use im_manager::{BootMode, ManagerSettings};

/// What the use cases need of the configuration.
pub(crate) fn settings(settings: &Settings) -> ManagerSettings {
    let launch = &settings.launch;
    let defaults = &settings.vm_defaults;
    let tags = &settings.vm_tags;
    ManagerSettings {
        boot_mode: match settings.basic.boot_mode {
            im_config::BootMode::Normal => BootMode::Normal,
            im_config::BootMode::ReadOnly => BootMode::ReadOnly,
            im_config::BootMode::ReadDelete => BootMode::ReadDelete,
        },
        max_simultaneous_launches: count(launch.max_simultaneous_launches.get()),
        max_vm_fails: launch.max_vm_fails.get(),
        delay_between_vm_retries: launch.delay_between_vm_retries,
        vm_info_update_frequency: launch.vm_info_update_frequency,
        vm_info_update_error_grace_period: launch.vm_info_update_error_grace_period,
        wait_running_vm_timeout: launch.wait_running_vm_timeout,
        confmanager_check_state_interval: settings
            .contextualization
            .confmanager_check_state_interval,
        default_vm_memory: defaults.memory.get(),
        default_vm_memory_unit: match defaults.memory_unit {
            MemoryUnit::Kilo => "K".to_owned(),
            MemoryUnit::Mega => "M".to_owned(),
            MemoryUnit::Giga => "G".to_owned(),
        },
        default_vm_cpus: u64::from(defaults.cpus.get()),
        default_vm_cpu_arch: match defaults.cpu_arch {
            CpuArchitecture::I386 => "i386".to_owned(),
            CpuArchitecture::X86_64 => "x86_64".to_owned(),
        },
        default_vm_name: defaults.name.clone(),
        default_domain: defaults.domain.clone(),
        private_net_masks: settings
            .network
            .private_net_masks
            .iter()
            .map(ToString::to_string)
            .collect(),
        vm_tag_username: tags.username.clone(),
        vm_tag_inf_id: tags.inf_id.clone(),
        vm_tag_im_url: tags.im_url.clone(),
        vm_tag_im: tags.im.clone(),
        service_url: service_url(settings),
        max_inf_vms: count(settings.limits.max_inf_vms.get()),
    }
}

/// The address of the REST API as others may reach it, where it is known: an API that listens on all addresses of the
/// machine does not know by which one.
fn service_url(settings: &Settings) -> Option<String> {
    let address = settings.rest.listen();
    let known = settings.rest.active && !address.ip().is_unspecified() && address.port() != 0;
    let scheme = if settings.rest.ssl { "https" } else { "http" };
    known.then(|| format!("{scheme}://{address}"))
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
