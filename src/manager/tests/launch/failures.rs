//! Launches that fail, and answers that are lost.

use std::time::Duration;

use im_domain::VmState;
use im_manager::{ErrorKind, ManagerSettings};

use crate::cloud::Answer;
use crate::node::{Site, ann_in_lab, machines, message, node, settings, states};

#[tokio::test]
async fn a_failed_attempt_is_followed_by_another_with_another_token() {
    let (_site, node) = node().await;
    for _ in 0..2 {
        node.lab.next(Answer::Safe("not now"));
    }
    let id = node.create(&ann_in_lab(), machines(1)).await;
    let made = node.stored(&id).await;
    assert_eq!(states(&made), [VmState::Configured]);
    assert!(made.vms[0].unknown.is_empty());
    let tokens = node.lab.tokens();
    assert_eq!(tokens.len(), 3);
    assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2] && tokens[0] != tokens[2]);
}

#[tokio::test]
async fn a_creation_of_which_every_machine_fails_fails() {
    let (_site, node) = node().await;
    node.lab.always(Some(Answer::Safe("not now")));
    let refused = node.manager.create(&ann_in_lab(), machines(2), false).await;
    assert_eq!(message(refused), "No machine could be launched: not now");
    assert_eq!(node.lab.launches().len(), 6, "MAX_VM_FAILS attempts each");
    assert!(
        node.manager
            .list(&ann_in_lab(), None)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn an_asynchronous_one_stays_and_shows_why() {
    let (_site, node) = node().await;
    node.lab.always(Some(Answer::Never("no room")));
    let credentials = ann_in_lab();
    let id = node
        .manager
        .create(&credentials, machines(1), true)
        .await
        .unwrap();
    let seen = node
        .until(&credentials, &id, |inf| inf.configured == Some(false))
        .await;
    assert_eq!(states(&seen), [VmState::Failed]);
    assert!(seen.cont_out.ends_with(": Error launching VM 0: no room\n"));
    node.manager
        .destroy(&credentials, &id, false, false)
        .await
        .unwrap();
}

#[tokio::test]
async fn some_failures_leave_the_others_alone() {
    let (_site, node) = node().await;
    node.lab.next_succeeds();
    node.lab.next(Answer::Never("no room"));
    let id = node.create(&ann_in_lab(), machines(3)).await;
    let made = node.stored(&id).await;
    assert_eq!(
        states(&made),
        [VmState::Configured, VmState::Failed, VmState::Configured]
    );
    assert_eq!(made.vms[1].error_msg.as_deref(), Some("no room"));
    assert_eq!(made.vms[1].cloud_vm_id, None);
    assert!(made.cont_out.contains("Error launching VM 1: no room"));
    let removed = node.manager.remove(&ann_in_lab(), &id, "1", false).await;
    assert_eq!(removed.unwrap(), 1);
}

#[tokio::test]
async fn a_machine_whose_answer_was_lost_is_found_by_its_token() {
    let (_site, node) = node().await;
    node.lab.next(Answer::Unheard);
    let id = node.create(&ann_in_lab(), machines(1)).await;
    assert_eq!(states(&node.stored(&id).await), [VmState::Configured]);
    assert_eq!(node.lab.count(), 1);
    assert_eq!(
        node.lab.launches().len(),
        1,
        "it was found, not launched again"
    );
}

#[tokio::test]
async fn a_question_that_was_lost_is_asked_again_with_the_same_token() {
    let (_site, node) = node().await;
    node.lab.next(Answer::Unasked);
    let id = node.create(&ann_in_lab(), machines(1)).await;
    assert_eq!(states(&node.stored(&id).await), [VmState::Configured]);
    let tokens = node.lab.tokens();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn an_outcome_that_nobody_knows_stays_open_until_it_is_known() {
    let site = Site::new();
    let node = site.node(settings()).await;
    let credentials = ann_in_lab();
    node.lab.let_finding_fail(true);
    node.lab.next(Answer::Unheard);
    let id = node.create(&credentials, machines(2)).await;
    let open = node.stored(&id).await;
    assert_eq!(open.state(), VmState::Pending);
    assert!(open.vms[0].creating && open.vms[0].cloud_vm_id.is_none());
    assert_eq!(open.vms[1].state, VmState::Running);
    node.lab.let_finding_fail(false);
    let seen = node
        .until(&credentials, &id, |inf| inf.state() == VmState::Configured)
        .await;
    assert_eq!(seen.vms[0].error_msg, None);
    assert_eq!(node.lab.launches().len(), 2);
    assert_eq!(node.lab.count(), 2);
}

#[tokio::test]
async fn an_unknown_machine_is_not_forgotten_by_a_destruction() {
    let (_site, node) = node().await;
    let credentials = ann_in_lab();
    node.lab.let_finding_fail(true);
    node.lab.next(Answer::Unheard);
    let id = node.create(&credentials, machines(1)).await;
    let refused = node.manager.destroy(&credentials, &id, false, false).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Invalid);
    node.lab.let_finding_fail(false);
    node.manager
        .destroy(&credentials, &id, false, false)
        .await
        .unwrap();
    assert_eq!(node.lab.count(), 0);
}

#[tokio::test]
async fn a_fault_of_the_service_takes_nothing_else_down() {
    let (_site, node) = node().await;
    let credentials = ann_in_lab();
    node.lab.next(Answer::Fault);
    let id = node.create(&credentials, machines(2)).await;
    let seen = node
        .until(&credentials, &id, |inf| inf.state() == VmState::Configured)
        .await;
    assert_eq!(seen.vms.len(), 2);
    assert_eq!(node.lab.count(), 2);
    node.create(&credentials, machines(1)).await;
}

#[tokio::test]
async fn a_node_that_ends_leaves_what_it_has_not_begun_to_the_next() {
    let site = Site::new();
    let first = site.node(settings()).await;
    let credentials = ann_in_lab();
    site.lab.gate.forget_permits(usize::MAX);
    let id = first
        .manager
        .create(&credentials, machines(3), true)
        .await
        .unwrap();
    site.lab.until_reached(1).await;
    let closing = first.manager.close(Duration::from_secs(20));
    site.lab.gate.add_permits(100);
    assert!(closing.await);
    first.cluster.close().await;
    let next = site
        .node(ManagerSettings {
            max_simultaneous_launches: 2,
            ..settings()
        })
        .await;
    let seen = next
        .until(&credentials, &id, |inf| inf.state() == VmState::Configured)
        .await;
    assert_eq!(seen.vms.len(), 3);
    assert_eq!(site.lab.count(), 3);
}
