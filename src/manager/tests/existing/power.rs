//! Stopping, starting and restarting.

use im_connectors::ErrorKind as CloudErrorKind;
use im_domain::{InfId, VmState};
use im_manager::{BootMode, ErrorKind, InfrastructureOperation, VmOperation};

use crate::node::{Node, node, stored, user, user_alone};
use crate::seed::{id, owner, seeded};

async fn states(node: &Node, id: &InfId) -> Vec<VmState> {
    let state = node.manager.state(&user("ann"), id).await.unwrap();
    state.vms.into_iter().map(|(_, state)| state).collect()
}

#[tokio::test]
async fn all_machines_stop_and_start() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 3)).await;
    for (operation, state) in [
        (InfrastructureOperation::Stop, VmState::Stopped),
        (InfrastructureOperation::Stop, VmState::Stopped),
        (InfrastructureOperation::Start, VmState::Configured),
        (InfrastructureOperation::Start, VmState::Configured),
    ] {
        node.manager
            .operate(&user("ann"), &id, operation)
            .await
            .unwrap();
        assert_eq!(states(&node, &id).await, [state; 3]);
    }
}

#[tokio::test]
async fn one_machine_stops_and_restarting_it_does_not_start_it() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 2)).await;
    let ann = user("ann");
    for (operation, state) in [
        (VmOperation::Stop, VmState::Stopped),
        (VmOperation::Reboot, VmState::Stopped),
        (VmOperation::Start, VmState::Configured),
        (VmOperation::Reboot, VmState::Configured),
    ] {
        node.manager
            .operate_vm(&ann, &id, "0", operation)
            .await
            .unwrap();
        assert_eq!(states(&node, &id).await, [state, VmState::Configured]);
    }
}

#[tokio::test]
async fn machines_of_an_existing_database_are_operated() {
    let node = seeded(BootMode::Normal).await;
    let manager = &node.manager;
    manager
        .operate_vm(&owner(), &id('a'), "0", VmOperation::Stop)
        .await
        .unwrap();
    let state = manager.state(&owner(), &id('a')).await.unwrap();
    assert_eq!(state.state, VmState::Stopped);
    manager
        .operate_vm(&owner(), &id('a'), "0", VmOperation::Start)
        .await
        .unwrap();
    let error = manager
        .operate_vm(&owner(), &id('2'), "2", VmOperation::Stop)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::VmDeleted);
}

#[tokio::test]
async fn one_that_fails_does_not_keep_the_others_from_stopping() {
    let node = node().await;
    let id = node.import(&stored("a", "Scripted", 3)).await;
    node.script.fail(1, CloudErrorKind::Timeout);
    let stop = InfrastructureOperation::Stop;
    let error = node
        .manager
        .operate(&user("ann"), &id, stop)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(error.message, "Error in stop of VM 1: the script says no");
    assert_eq!(
        states(&node, &id).await,
        [VmState::Stopped, VmState::Configured, VmState::Stopped]
    );
}

#[tokio::test]
async fn a_cloud_that_takes_its_time_is_asked_again_at_once() {
    let node = node().await;
    let id = node.import(&stored("a", "Scripted", 1)).await;
    node.manager
        .operate_vm(&user("ann"), &id, "0", VmOperation::Stop)
        .await
        .unwrap();
    // The cloud says that the machine is still starting when it is asked after the start.
    let manager = node.manager.clone();
    node.script.tell_after_start(0, VmState::Pending);
    manager
        .operate_vm(&user("ann"), &id, "0", VmOperation::Start)
        .await
        .unwrap();
    node.script.tell(0, VmState::Running);
    assert_eq!(states(&node, &id).await, [VmState::Configured]);
}

#[tokio::test]
async fn without_credentials_for_the_cloud_nothing_is_done() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 1)).await;
    let stop = InfrastructureOperation::Stop;
    let error = node
        .manager
        .operate(&user_alone("ann"), &id, stop)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(
        error
            .message
            .contains("No auth data for cloud with ID: dummy"),
        "{}",
        error.message
    );
    assert_eq!(states(&node, &id).await, [VmState::Configured]);
}

#[tokio::test]
async fn a_machine_that_was_never_launched_cannot_be_stopped() {
    let node = node().await;
    let mut data = stored("a", "Dummy", 1);
    data["vm_list"][0]["id"] = serde_json::Value::Null;
    let id = node.import(&data).await;
    let stopped = node
        .manager
        .operate_vm(&user("ann"), &id, "0", VmOperation::Stop)
        .await;
    assert_eq!(stopped.unwrap_err().kind, ErrorKind::Invalid);
}

#[tokio::test]
async fn restricted_boot_modes_refuse_before_they_look() {
    for mode in [BootMode::ReadOnly, BootMode::ReadDelete] {
        let node = seeded(mode).await;
        for id in [id('1'), id('f')] {
            let stop = InfrastructureOperation::Stop;
            let error = node
                .manager
                .operate(&user_alone(""), &id, stop)
                .await
                .unwrap_err();
            assert_eq!(error.kind, ErrorKind::Disabled);
            assert_eq!(error.message, "Function currently disabled.");
        }
    }
}
