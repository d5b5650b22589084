//! Destructions.

use im_domain::VmState;
use im_manager::ErrorKind;

use crate::node::{ann, ann_in_lab, machines, message, more, node, text};

#[tokio::test]
async fn a_destroyed_infrastructure_is_gone_and_remembered() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let id = node.create(&ann_in_lab(), machines(2)).await;
    m.destroy(&ann_in_lab(), &id, false, false).await.unwrap();
    assert_eq!(node.lab.count(), 0);
    let stored = node.stored(&id).await;
    assert!(stored.deleted && stored.vms.iter().all(|vm| vm.destroyed));
    assert_eq!(stored.vms[0].state, VmState::Configured);
    for force in [false, true] {
        let again = m
            .destroy(&ann_in_lab(), &id, force, false)
            .await
            .unwrap_err();
        assert_eq!(again.kind, ErrorKind::NotFound);
    }
    let added = m.add(&ann_in_lab(), &id, more(1), true).await.unwrap_err();
    assert_eq!(added.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn an_asynchronous_destruction_ends_by_itself() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(2)).await;
    node.manager
        .destroy(&ann(), &id, false, true)
        .await
        .unwrap();
    assert!(node.manager.close(std::time::Duration::from_secs(20)).await);
    assert!(node.stored(&id).await.deleted);
}

#[tokio::test]
async fn without_machines_one_commit_is_enough() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), text("")).await;
    let before = node.commits(&id).await;
    node.manager
        .destroy(&ann(), &id, false, false)
        .await
        .unwrap();
    assert_eq!(node.commits(&id).await, before + 1);
}

#[tokio::test]
async fn only_by_force_is_it_deleted_while_a_cloud_keeps_machines() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let id = node.create(&ann_in_lab(), machines(2)).await;
    node.lab.let_finalizing_fail(true);
    let refused = m.destroy(&ann_in_lab(), &id, false, false).await;
    assert!(message(refused).contains("The cloud keeps its machines."));
    let kept = node.stored(&id).await;
    assert!(!kept.deleted);
    assert_eq!(kept.live_vms().filter(|vm| !vm.deleting).count(), 2);
    assert!(
        kept.cont_out
            .contains("Error destroying the infrastructure")
    );
    m.destroy(&ann_in_lab(), &id, true, false).await.unwrap();
    assert!(node.stored(&id).await.deleted);
}

#[tokio::test]
async fn snapshots_that_live_as_long_are_deleted_with_it() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let id = node.create(&ann_in_lab(), machines(1)).await;
    for (name, auto_delete) in [("kept", false), ("gone", true)] {
        m.snapshot(&ann_in_lab(), &id, "0", "0", name, auto_delete)
            .await
            .unwrap();
    }
    m.destroy(&ann_in_lab(), &id, false, false).await.unwrap();
    assert_eq!(node.lab.deleted_images(), ["gone"]);
}

#[tokio::test]
async fn a_creation_under_way_is_ended_and_nothing_is_left_in_the_cloud() {
    let (_site, node) = node().await;
    node.lab.gate.forget_permits(usize::MAX);
    let id = node
        .manager
        .create(&ann_in_lab(), machines(50), true)
        .await
        .unwrap();
    node.lab.until_reached(1).await;
    node.manager
        .destroy(&ann_in_lab(), &id, false, true)
        .await
        .unwrap();
    node.lab.gate.add_permits(100);
    let done = async {
        while !node.stored(&id).await.deleted {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), done)
        .await
        .unwrap();
    assert_eq!(node.lab.count(), 0);
    assert!(
        node.lab.launches().len() < 50,
        "the rest was not launched any more"
    );
}
