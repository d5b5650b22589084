//! The number of the attempt that a launch is at, remembered with the machine until the launch ends.
//!
//! It stands among the keys of the stored form that release 1.19 does not know and leaves alone. A machine without it
//! is not being launched by this service: its launch has ended, or another service left it half made.

use im_domain::Vm;
use serde_json::Value;

const KEY: &str = "launch_attempt";

/// The attempt that a machine is at: 0 for the first.
pub(super) fn current(vm: &Vm) -> u32 {
    vm.unknown
        .get(KEY)
        .and_then(Value::as_u64)
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(0)
}

/// Notes that a machine is to be launched.
pub(crate) fn begin(vm: &mut Vm) {
    vm.creating = true;
    set(vm, 0);
}

/// Notes the attempt that is made next.
pub(super) fn set(vm: &mut Vm, attempt: u32) {
    vm.unknown.insert(KEY.to_owned(), attempt.into());
}

/// Notes that the launch has ended.
pub(super) fn end(vm: &mut Vm) {
    vm.unknown.shift_remove(KEY);
    vm.creating = false;
}

/// Whether a machine was recorded and its cloud has not answered yet, as far as is known here.
pub(super) fn is_open(vm: &Vm) -> bool {
    vm.creating && vm.cloud_vm_id.is_none() && !vm.destroyed && vm.unknown.contains_key(KEY)
}
