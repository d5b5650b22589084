//! When clouds are asked, and what becomes of their answers.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::ErrorKind;
use im_domain::{InfId, VmId, VmState};
use im_util::Clock;

use crate::node::{FREQUENCY, GRACE, Node, node, stored, user, user_alone};

async fn states(node: &Node, id: &InfId) -> Vec<VmState> {
    let state = node.manager.state(&user("ann"), id).await.unwrap();
    state.vms.into_iter().map(|(_, state)| state).collect()
}

async fn imported(machines: u32) -> (Node, InfId) {
    let node = node().await;
    let id = node.import(&stored("a", "Scripted", machines)).await;
    (node, id)
}

/// Waits until the first answers, which are recorded in the background, can be seen.
async fn recorded(node: &Node, id: &InfId) {
    let slot = node.cluster.open(id).await.unwrap().here().unwrap();
    until(async || slot.snapshot().vms.iter().all(|vm| vm.last_update != 0)).await;
}

/// Waits until a condition holds that other tasks bring about.
async fn until(mut condition: impl AsyncFnMut() -> bool) {
    tokio::time::timeout(Duration::from_secs(20), async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_cloud_is_asked_once_in_the_time_of_the_frequency() {
    let (node, id) = imported(3).await;
    for _ in 0..5 {
        assert_eq!(states(&node, &id).await, [VmState::Configured; 3]);
    }
    assert_eq!(node.script.questions(), 3);
    node.clock.advance(FREQUENCY);
    states(&node, &id).await;
    states(&node, &id).await;
    assert_eq!(node.script.questions(), 6);
}

#[tokio::test]
async fn readers_at_the_same_time_share_one_round() {
    let (node, id) = imported(4).await;
    let node = Arc::new(node);
    let permits = node.script.gate.forget_permits(usize::MAX >> 4);
    let readers: Vec<_> = (0..50)
        .map(|_| {
            let (node, id) = (Arc::clone(&node), id.clone());
            tokio::spawn(async move { states(&node, &id).await })
        })
        .collect();
    until(async || node.script.questions() == 4).await;
    node.script.gate.add_permits(permits);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), [VmState::Configured; 4]);
    }
    assert_eq!(node.script.questions(), 4);
}

#[tokio::test]
async fn what_has_changed_is_committed_and_shown_in_the_document() {
    let (node, id) = imported(2).await;
    node.script.tell(1, VmState::Stopped);
    assert_eq!(
        states(&node, &id).await,
        [VmState::Configured, VmState::Stopped]
    );
    let stored = node.store.load(&id).await.unwrap().unwrap().infrastructure;
    let vm = stored.vm(VmId(1)).unwrap();
    assert_eq!(vm.state, VmState::Stopped);
    assert!(vm.info.to_text().contains("state = 'stopped'"));
    let view = node.manager.vm(&user("ann"), &id, "1").await.unwrap();
    assert_eq!(view.property("state").unwrap().to_text(), "stopped");
}

#[tokio::test]
async fn that_nothing_has_changed_is_committed_only_now_and_then() {
    let (node, id) = imported(1).await;
    states(&node, &id).await;
    // The moment of the import is unknown, so the first answer is recorded.
    recorded(&node, &id).await;
    assert_eq!(node.version(&id).await, 2);
    for _ in 0..5 {
        node.clock.advance(FREQUENCY);
        states(&node, &id).await;
    }
    assert_eq!(node.script.questions(), 6);
    assert_eq!(node.version(&id).await, 2);
    node.clock.advance(GRACE / 2);
    states(&node, &id).await;
    until(async || node.version(&id).await == 3).await;
}

#[tokio::test]
async fn a_silent_cloud_is_believed_for_the_grace_period_and_no_longer() {
    let (node, id) = imported(2).await;
    states(&node, &id).await;
    node.script.fail(0, ErrorKind::Timeout);
    let mut waited = Duration::ZERO;
    while waited < GRACE {
        node.clock.advance(FREQUENCY);
        waited += FREQUENCY;
        assert_eq!(
            states(&node, &id).await[0],
            VmState::Configured,
            "{waited:?}"
        );
    }
    node.clock.advance(FREQUENCY);
    let state = node.manager.state(&user("ann"), &id).await.unwrap();
    assert_eq!(state.state, VmState::Unknown);
    assert_eq!(state.vms[1].1, VmState::Configured);
    node.script.answer_again();
    node.clock.advance(FREQUENCY);
    assert_eq!(states(&node, &id).await, [VmState::Configured; 2]);
}

#[tokio::test]
async fn a_silent_cloud_is_not_asked_more_often() {
    let (node, id) = imported(1).await;
    node.script.fail(0, ErrorKind::Unavailable);
    for _ in 0..5 {
        states(&node, &id).await;
    }
    assert_eq!(node.script.questions(), 1);
}

#[tokio::test]
async fn a_cloud_that_hangs_does_not_keep_readers_waiting_for_ever() {
    let (node, id) = imported(40).await;
    states(&node, &id).await;
    recorded(&node, &id).await;
    node.clock.advance(FREQUENCY);
    let permits = node.script.gate.forget_permits(usize::MAX >> 4);
    tokio::time::pause();
    assert_eq!(states(&node, &id).await, [VmState::Configured; 40]);
    assert_eq!(
        node.script.questions(),
        40 + 32,
        "eight were not asked about in time"
    );
    tokio::time::resume();
    node.script.gate.add_permits(permits);
    node.script.tell(39, VmState::Stopped);
    assert_eq!(states(&node, &id).await[39], VmState::Stopped);
    assert_eq!(node.script.questions(), 40 + 32 + 8);
}

#[tokio::test]
async fn without_usable_credentials_the_last_state_is_answered() {
    let (node, id) = imported(1).await;
    states(&node, &id).await;
    node.script.tell(0, VmState::Off);
    node.clock.advance(2 * GRACE);
    let alone = node.manager.state(&user_alone("ann"), &id).await.unwrap();
    assert_eq!(alone.state, VmState::Configured);
    assert_eq!(node.script.questions(), 1);
    node.script.fail(0, ErrorKind::Unauthorized);
    assert_eq!(
        states(&node, &id).await,
        [VmState::Configured],
        "refused credentials say nothing"
    );
    node.script.answer_again();
    node.clock.advance(FREQUENCY);
    assert_eq!(states(&node, &id).await, [VmState::Off]);
}

#[tokio::test]
async fn who_looks_at_one_machine_asks_about_that_one() {
    let (node, id) = imported(5).await;
    for _ in 0..3 {
        node.manager.vm(&user("ann"), &id, "2").await.unwrap();
    }
    assert_eq!(node.script.questions(), 1);
    states(&node, &id).await;
    assert_eq!(
        node.script.questions(),
        5,
        "the others, and not that one again"
    );
}

#[tokio::test]
async fn an_answer_about_a_state_that_was_changed_meanwhile_is_dropped() {
    let (node, id) = imported(1).await;
    let node = Arc::new(node);
    node.script.tell(0, VmState::Off);
    let permits = node.script.gate.forget_permits(usize::MAX >> 4);
    let reader = {
        let (node, id) = (Arc::clone(&node), id.clone());
        tokio::spawn(async move { states(&node, &id).await })
    };
    until(async || node.script.questions() == 1).await;
    let slot = node.cluster.open(&id).await.unwrap().here().unwrap();
    let changed = slot.change(|infrastructure| {
        infrastructure.vm_mut(VmId(0)).unwrap().state = VmState::Stopped;
        Ok::<_, std::convert::Infallible>(())
    });
    changed.await.unwrap();
    node.script.gate.add_permits(permits);
    assert_eq!(reader.await.unwrap(), [VmState::Stopped]);
    node.clock.advance(FREQUENCY);
    assert_eq!(states(&node, &id).await, [VmState::Off]);
}

#[tokio::test]
async fn an_answer_leaves_what_it_does_not_tell_of() {
    let (node, id) = imported(1).await;
    let node = Arc::new(node);
    node.script.tell(0, VmState::Off);
    let permits = node.script.gate.forget_permits(usize::MAX >> 4);
    let reader = {
        let (node, id) = (Arc::clone(&node), id.clone());
        tokio::spawn(async move { states(&node, &id).await })
    };
    until(async || node.script.questions() == 1).await;
    let slot = node.cluster.open(&id).await.unwrap().here().unwrap();
    let changed = slot.change(|infrastructure| {
        infrastructure
            .vm_mut(VmId(0))
            .unwrap()
            .cont_out
            .push_str("news");
        Ok::<_, std::convert::Infallible>(())
    });
    changed.await.unwrap();
    node.script.gate.add_permits(permits);
    assert_eq!(reader.await.unwrap(), [VmState::Off]);
    assert_eq!(slot.snapshot().vms[0].cont_out, "news");
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_stop_the_questions() {
    let (node, id) = imported(1).await;
    let slot = node.cluster.open(&id).await.unwrap().here().unwrap();
    let later = node.clock.epoch_seconds() + 1_000_000;
    let changed = slot.change(|infrastructure| {
        infrastructure.vm_mut(VmId(0)).unwrap().last_update = later;
        Ok::<_, std::convert::Infallible>(())
    });
    changed.await.unwrap();
    states(&node, &id).await;
    assert_eq!(node.script.questions(), 1);
}
