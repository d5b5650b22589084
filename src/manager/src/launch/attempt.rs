//! The number of the attempt that a launch is at, and the operation that it is part of, remembered with the machine until
//! the launch ends.
//!
//! They stand among the keys of the stored form that release 1.19 does not know and leaves alone. A machine without them
//! is not being launched by this service: its launch has ended, or another service left it half made.

use im_domain::{OperationId, Vm};
use serde_json::Value;

const KEY: &str = "launch_attempt";
const OPERATION: &str = "launch_operation";

/// The attempt that a machine is at: 0 for the first.
pub(super) fn current(vm: &Vm) -> u32 {
    vm.unknown
        .get(KEY)
        .and_then(Value::as_u64)
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(0)
}

/// The operation that launches a machine.
pub(super) fn operation(vm: &Vm) -> Option<OperationId> {
    vm.unknown.get(OPERATION)?.as_str()?.parse().ok()
}

/// Notes that a machine is to be launched.
pub(crate) fn begin(vm: &mut Vm) {
    vm.creating = true;
    set(vm, 0);
}

/// Notes the operation that launches a machine.
pub(super) fn set_operation(vm: &mut Vm, operation: OperationId) {
    vm.unknown
        .insert(OPERATION.to_owned(), operation.to_string().into());
}

/// Notes the attempt that is made next.
pub(super) fn set(vm: &mut Vm, attempt: u32) {
    vm.unknown.insert(KEY.to_owned(), attempt.into());
}

/// Notes that the launch has ended.
pub(super) fn end(vm: &mut Vm) {
    vm.unknown.shift_remove(KEY);
    vm.unknown.shift_remove(OPERATION);
    vm.creating = false;
}

/// Whether a machine was recorded and its cloud has not answered yet, as far as is known here.
pub(super) fn is_open(vm: &Vm) -> bool {
    vm.creating && vm.cloud_vm_id.is_none() && !vm.destroyed && vm.unknown.contains_key(KEY)
}
