//! Removals of machines.

use im_domain::{VmId, VmState};
use im_manager::ErrorKind;

use crate::node::{ann, ann_in_lab, machines, message, node};

fn live(infrastructure: &im_domain::Infrastructure) -> Vec<u32> {
    infrastructure.live_vms().map(|vm| vm.id.0).collect()
}

#[tokio::test]
async fn machines_are_removed_by_lists_of_numbers() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let id = node.create(&ann(), machines(6)).await;
    for (list, removed) in [("1", 1), ("2,4", 2), (" 0", 1), ("03,3", 1)] {
        assert_eq!(
            m.remove(&ann(), &id, list, true).await.unwrap(),
            removed,
            "{list}"
        );
    }
    let left = node.stored(&id).await;
    assert_eq!(live(&left), [5]);
    assert_eq!(left.state(), VmState::Configured);
    let removed = left.vm(VmId(1)).unwrap();
    assert!(removed.destroyed && !removed.deleting);
    assert_eq!(removed.state, VmState::Configured);
    m.remove(&ann(), &id, "5", false).await.unwrap();
    assert_eq!(node.stored(&id).await.state(), VmState::Unknown);
}

#[tokio::test]
async fn if_one_number_is_wrong_nothing_is_removed() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let id = node.create(&ann(), machines(3)).await;
    m.remove(&ann(), &id, "1", true).await.unwrap();
    for (list, kind) in [
        ("0,99", ErrorKind::VmNotFound),
        ("0,1", ErrorKind::VmDeleted),
        ("0,", ErrorKind::VmNotFound),
        ("abc", ErrorKind::VmNotFound),
        ("-1", ErrorKind::VmNotFound),
        ("", ErrorKind::VmNotFound),
    ] {
        let refused = m.remove(&ann(), &id, list, true).await.unwrap_err();
        assert_eq!(refused.kind, kind, "{list}");
    }
    assert_eq!(live(&node.stored(&id).await), [0, 2]);
}

#[tokio::test]
async fn what_was_made_for_the_infrastructure_goes_with_its_last_machine_in_a_cloud() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), machines(3)).await;
    let m = &node.manager;
    m.remove(&ann_in_lab(), &id, "0", false).await.unwrap();
    m.remove(&ann_in_lab(), &id, "1,2", false).await.unwrap();
    let lasts: Vec<bool> = node
        .lab
        .finalized()
        .into_iter()
        .map(|(_, last)| last)
        .collect();
    assert_eq!(lasts, [false, false, true]);
    assert_eq!(node.lab.count(), 0);
}

#[tokio::test]
async fn a_machine_that_its_cloud_keeps_is_not_called_removed() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), machines(2)).await;
    node.lab.let_finalizing_fail(true);
    let refused = node.manager.remove(&ann_in_lab(), &id, "0", true).await;
    assert!(message(refused).contains("VM 0: The cloud keeps its machines."));
    let kept = node.stored(&id).await;
    assert_eq!(live(&kept), [0, 1]);
    assert!(!kept.vms[0].deleting);
    let without = crate::node::user_with("ann", &[]);
    let refused = node.manager.remove(&without, &id, "0", true).await;
    assert!(message(refused).contains("No auth data for cloud with ID: lab"));
    node.lab.let_finalizing_fail(false);
    assert_eq!(
        node.manager
            .remove(&ann_in_lab(), &id, "0", true)
            .await
            .unwrap(),
        1
    );
}
