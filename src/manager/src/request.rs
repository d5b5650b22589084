//! What comes into a use case.

use std::time::Duration;

use im_auth::Credentials;
use im_domain::VmId;
use im_radl::Radl;

/// What a node may do, by `BOOT_MODE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BootMode {
    /// 0: everything.
    #[default]
    Normal,
    /// 1: read only (a change of owners is allowed, as ever).
    ReadOnly,
    /// 2: read and delete.
    ReadDelete,
}

/// A document as it arrives.
#[derive(Clone, Debug)]
pub enum Document {
    /// RADL text, parsed only after the boot mode and the credentials were checked.
    RadlText(String),
    /// RADL that was read from its JSON form.
    Radl(Box<Radl>),
    /// TOSCA in YAML, read only after the boot mode and the credentials were checked.
    Tosca(String),
}

/// What is done to a whole infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InfrastructureOperation {
    /// Stop all machines.
    Stop,
    /// Start all machines.
    Start,
}

/// What is done to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VmOperation {
    /// Stop it.
    Stop,
    /// Start it.
    Start,
    /// Restart it.
    Reboot,
}

/// A change of owners.
#[derive(Clone, Debug)]
pub struct OwnerChange {
    /// The credentials whose `InfrastructureManager` lines become owners.
    pub credentials: Credentials,
    /// They replace the present owners, instead of joining them.
    pub overwrite: bool,
}

/// Machines that an addition made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Their numbers, ascending.
    pub vms: Vec<VmId>,
}

/// What the use cases need of the configuration; the names are those of im.cfg.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // each field is an option of im.cfg, documented there
pub struct ManagerSettings {
    pub boot_mode: BootMode,
    pub max_simultaneous_launches: usize,
    pub max_vm_fails: u32,
    pub delay_between_vm_retries: Duration,
    pub vm_info_update_frequency: Duration,
    pub vm_info_update_error_grace_period: Duration,
    pub wait_running_vm_timeout: Duration,
    pub confmanager_check_state_interval: Duration,
    pub default_vm_memory: u64,
    pub default_vm_memory_unit: String,
    pub default_vm_cpus: u64,
    pub default_vm_cpu_arch: String,
    pub default_vm_name: String,
    pub default_domain: String,
    /// CIDR blocks whose addresses are private.
    pub private_net_masks: Vec<String>,
    pub vm_tag_username: Option<String>,
    pub vm_tag_inf_id: Option<String>,
    pub vm_tag_im_url: Option<String>,
    pub vm_tag_im: Option<String>,
    /// The address of this service, as `VM_TAG_IM_URL` puts it on machines.
    pub service_url: Option<String>,
    /// At most this many machines in an infrastructure.
    pub max_inf_vms: usize,
}
