//! The state of a machine: what its cloud says and how far its configuration is, in one word.

use std::sync::Arc;

use im_domain::{Vm, VmState};

/// The state of a machine whose cloud says `cloud`: one that runs is `configured` or `unconfigured` once its
/// contextualization has ended.
pub(crate) fn settled(cloud: VmState, configured: Option<bool>) -> VmState {
    match (cloud.is_up(), configured) {
        (false, _) => cloud,
        (true, Some(true)) => VmState::Configured,
        (true, Some(false)) => VmState::Unconfigured,
        (true, None) => VmState::Running,
    }
}

/// Gives a machine its state, in the field and in the feature `state` of its document. Copies the document only if
/// the state is another one.
pub(crate) fn set(vm: &mut Vm, state: VmState) {
    vm.state = state;
    let shown = vm
        .info
        .first_system()
        .and_then(|system| system.features.get_str("state"));
    if shown != Some(state.as_str())
        && let Some(system) = Arc::make_mut(&mut vm.info).first_system_mut()
    {
        system.features.set_str("state", state.as_str());
    }
}

/// Gives a machine the result of its contextualization (`None`: it begins again) and the state that follows.
pub(crate) fn set_configured(vm: &mut Vm, configured: Option<bool>) {
    vm.configured = configured;
    set(vm, settled(vm.state, configured));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_machine_that_is_up_is_configured_or_not() {
        for up in [VmState::Running, VmState::Configured, VmState::Unconfigured] {
            assert_eq!(settled(up, None), VmState::Running);
            assert_eq!(settled(up, Some(true)), VmState::Configured);
            assert_eq!(settled(up, Some(false)), VmState::Unconfigured);
        }
        for other in [VmState::Stopped, VmState::Pending, VmState::Off] {
            assert_eq!(settled(other, Some(true)), other);
        }
    }
}
