//! How virtual machines are configured.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::codec::{Bool, Count, File, Interval, Positive};
use crate::concern::concern;

concern! {
    /// How virtual machines are configured.
    pub struct Contextualization, "Contextualization" in "im" {
        /// Longest time that the configuration of a VM may take before that is considered an error.
        max_contextualization_time: Duration = Duration::from_secs(7200), "MAX_CONTEXTUALIZATION_TIME" as Interval;
        /// Directory of the VMs that gets the files for Ansible.
        remote_conf_dir: PathBuf = PathBuf::from("/tmp/.im"), "REMOTE_CONF_DIR" as File;
        /// Number of times that an Ansible playbook is tried.
        playbook_retries: NonZeroU32 = NonZeroU32::MIN, "PLAYBOOK_RETRIES" as Positive;
        /// Time between two looks at the configuration process in the VMs.
        check_ctxt_process_interval: Duration = Duration::from_secs(5), "CHECK_CTXT_PROCESS_INTERVAL" as Interval;
        /// Time between two looks at the processes of the configuration manager.
        confmanager_check_state_interval: Duration = Duration::from_secs(5), "CONFMAMAGER_CHECK_STATE_INTERVAL" as Interval;
        /// Time between two copies of the output of the configuration process in the VMs.
        update_ctxt_log_interval: Duration = Duration::from_secs(20), "UPDATE_CTXT_LOG_INTERVAL" as Interval;
        /// Number of VMs in an infrastructure from which on the VMs take a part in configuring each other.
        vm_num_use_ctxt_dist: u32 = 30, "VM_NUM_USE_CTXT_DIST" as Count;
        /// Longest time that the installation of Ansible in the master VM may take.
        ansible_install_timeout: Duration = Duration::from_secs(900), "ANSIBLE_INSTALL_TIMEOUT" as Interval;
        /// Number of failures of SSH in a row before the configuration of a VM is given up.
        max_ssh_errors: NonZeroU32 = NonZeroU32::MIN.saturating_add(4), "MAX_SSH_ERRORS" as Positive;
        /// Whether VMs that the service cannot reach are configured through tunnels that the master VM opens (SSH reverse tunnels).
        ssh_reverse_tunnels: bool = true, "SSH_REVERSE_TUNNELS" as Bool;
    }
}
