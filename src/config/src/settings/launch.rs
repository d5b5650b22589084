//! How virtual machines are launched and watched.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::codec::{Interval, Positive, Seconds};
use crate::concern::concern;

concern! {
    /// How virtual machines are launched and watched.
    pub struct Launch, "Launching and watching virtual machines" in "im" {
        /// Largest number of VM launch (and delete) operations of an infrastructure at the same time.
        max_simultaneous_launches: NonZeroU32 = NonZeroU32::MIN, "MAX_SIMULTANEOUS_LAUNCHES" as Positive;
        /// Number of attempts to launch a VM before that is considered an error.
        max_vm_fails: NonZeroU32 = NonZeroU32::MIN.saturating_add(2), "MAX_VM_FAILS" as Positive;
        /// Time between two of these attempts.
        delay_between_vm_retries: Duration = Duration::from_secs(5), "DELAY_BETWEEN_VM_RETRIES" as Seconds;
        /// Time after which a cloud that recognises no repeated launch shows a VM that it was asked for. After a lost
        /// answer a VM that it does not show by then is launched again; too short a time launches it twice.
        launch_visibility_time: Duration = Duration::from_secs(60), "LAUNCH_VISIBILITY_TIME" as Interval;
        /// Shortest time between two questions to the cloud about the same VM.
        vm_info_update_frequency: Duration = Duration::from_secs(10), "VM_INFO_UPDATE_FREQUENCY" as Seconds;
        /// Longest time that a VM keeps its state while the cloud cannot be asked; then the state is 'unknown'.
        /// It must be greater than `VM_INFO_UPDATE_FREQUENCY`.
        vm_info_update_error_grace_period: Duration = Duration::from_secs(120), "VM_INFO_UPDATE_ERROR_GRACE_PERIOD" as Interval;
        /// Longest time in which a VM must get to the state running.
        wait_running_vm_timeout: Duration = Duration::from_secs(1800), "WAIT_RUNNING_VM_TIMEOUT" as Interval;
        /// Longest time in which a running VM must be reachable by SSH.
        wait_ssh_access_timeout: Duration = Duration::from_secs(300), "WAIT_SSH_ACCCESS_TIMEOUT" as Interval;
        /// Longest time in which a VM must get its public IP address.
        wait_public_ip_timeout: Duration = Duration::from_secs(90), "WAIT_PUBLIC_IP_TIMEOUT" as Interval;
    }
}
