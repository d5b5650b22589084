//! Stop, start and reboot.

use im_connectors::ErrorKind;
use im_domain::VmState;

use super::{Target, remove, skip, until};
use crate::support::launch;

pub(super) async fn a_stopped_machine_can_be_started(target: &Target) {
    let connector = &*target.connector;
    if !connector.capability().power {
        return skip(target, "stop and start");
    }
    let vm = launch(connector, target.document, "t1").await;
    until(target, &vm, VmState::Running).await;
    connector.stop(&vm).await.unwrap();
    until(target, &vm, VmState::Stopped).await;
    connector.start(&vm).await.unwrap();
    until(target, &vm, VmState::Running).await;
    remove(target, &vm).await;
}

pub(super) async fn stopping_and_starting_again_changes_nothing(target: &Target) {
    let connector = &*target.connector;
    if !connector.capability().power {
        return skip(target, "stop and start");
    }
    let vm = launch(connector, target.document, "t1").await;
    until(target, &vm, VmState::Running).await;
    connector.start(&vm).await.unwrap();
    until(target, &vm, VmState::Running).await;
    for _ in 0..2 {
        connector.stop(&vm).await.unwrap();
        until(target, &vm, VmState::Stopped).await;
    }
    remove(target, &vm).await;
}

pub(super) async fn a_reboot_leaves_the_state(target: &Target) {
    let connector = &*target.connector;
    if !connector.capability().reboot {
        return skip(target, "reboot");
    }
    let vm = launch(connector, target.document, "t1").await;
    until(target, &vm, VmState::Running).await;
    connector.reboot(&vm).await.unwrap();
    until(target, &vm, VmState::Running).await;
    if connector.capability().power {
        connector.stop(&vm).await.unwrap();
        until(target, &vm, VmState::Stopped).await;
        connector.reboot(&vm).await.unwrap();
        until(target, &vm, VmState::Stopped).await;
    }
    remove(target, &vm).await;
}

pub(super) async fn a_machine_that_is_gone_cannot_be_started(target: &Target) {
    let connector = &*target.connector;
    if !connector.capability().power {
        return skip(target, "stop and start");
    }
    let vm = launch(connector, target.document, "t1").await;
    remove(target, &vm).await;
    until(target, &vm, VmState::Off).await;
    assert_eq!(
        connector.start(&vm).await.unwrap_err().kind,
        ErrorKind::NotFound
    );
    until(target, &vm, VmState::Off).await;
}
