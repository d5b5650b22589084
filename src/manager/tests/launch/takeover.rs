//! What a node left that died is finished by another one, without any further request; or waits, visibly.
//!
//! A node dies here at a write: its database stops answering, before or after that write was made. What it has begun in
//! clouds goes on, and may do no harm. It is killed at each write of each operation in turn.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::Operation as Call;
use im_domain::{InfId, Infrastructure, Vm, VmState};
use im_manager::{BootMode, Document, InfrastructureOperation, ManagerSettings, VmOperation};
use im_store::{Database, IntentState, Operation, OperationKind, OperationState, OperationsOf};

use crate::node::{
    Node, RecoveringNode, Site, ann_in_lab, machines, more, settings, states, text, user_with,
};
use crate::tosca::Pool;

pub(crate) const KEYS: [&str; 1] = ["a key of thirty-two characters.."];

/// More writes than any operation here makes.
const MOST_WRITES: usize = 12;

async fn open(store: &Arc<dyn Database>) -> Vec<Operation> {
    store.open_operations(OperationsOf::All).await.unwrap()
}

/// Waits until a condition holds of the operations that are open.
pub(crate) async fn until_open(store: &Arc<dyn Database>, wanted: impl Fn(&[Operation]) -> bool) {
    let seen = async {
        while !wanted(&open(store).await) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(20), seen)
        .await
        .is_err()
    {
        panic!(
            "the operations did not become as wanted: {:#?}",
            open(store).await
        );
    }
}

/// What is stored of the only infrastructure, if it was ever committed.
async fn only(store: &Arc<dyn Database>) -> Option<Infrastructure> {
    let ids = store.list_all().await.unwrap();
    let id = ids.first()?;
    Some(store.load(id).await.unwrap().unwrap().infrastructure)
}

/// The cloud has what the infrastructure lists, and the journal has nothing open.
pub(crate) async fn assert_settled(
    site: &Site,
    store: &Arc<dyn Database>,
    id: &InfId,
) -> Infrastructure {
    let stored = store.load(id).await.unwrap().unwrap().infrastructure;
    assert!(!stored.unknown.contains_key("operations"), "{stored:#?}");
    assert!(
        stored.vms.iter().all(|vm| vm.unknown.is_empty()),
        "{stored:#?}"
    );
    let known = |vm: &&Arc<Vm>| vm.cloud_vm_id.is_some() && !stored.deleted;
    let listed = stored.live_vms().filter(known).count();
    assert_eq!(site.lab.count(), listed, "{stored:#?}");
    for intent in store.intents(id).await.unwrap() {
        assert!(!intent.state.is_open(), "{intent:#?}");
    }
    stored
}

/// Runs an operation on a node that dies at a write; answers whether it died, and the node.
async fn die_at<T>(
    site: &Site,
    writes: usize,
    written: bool,
    before: impl AsyncFnOnce(&RecoveringNode) -> T,
    operation: impl AsyncFnOnce(&RecoveringNode, T),
) -> (bool, RecoveringNode) {
    let (node, flaky) = site.halting_node(&KEYS).await;
    let prepared = before(&node).await;
    flaky.halt(writes, written);
    let ended = async {
        operation(&node, prepared).await;
        let store = site.store().await;
        until_open(&store, <[_]>::is_empty).await;
    };
    let died = tokio::select! {
        () = flaky.until_halted() => true,
        () = ended => false,
    };
    (died, node)
}

/// Kills an operation on an infrastructure of two machines at each of its writes; `check` sees what another node made of
/// it, and whether the operation was begun at all.
async fn at_each_write(
    operation: impl AsyncFn(&RecoveringNode, &InfId),
    check: impl Fn(&Site, &Infrastructure, bool),
) {
    at_each_write_on(machines(2), operation, check).await;
}

/// The same on an infrastructure of this document.
async fn at_each_write_on(
    document: Document,
    operation: impl AsyncFn(&RecoveringNode, &InfId),
    check: impl Fn(&Site, &Infrastructure, bool),
) {
    let mut deaths = 0;
    for written in [false, true] {
        for writes in 0..MOST_WRITES {
            let site = Site::new();
            let document = document.clone();
            let before =
                async |node: &RecoveringNode| node.node.create(&ann_in_lab(), document).await;
            let run = async |node: &RecoveringNode, id: InfId| operation(node, &id).await;
            let (died, _dead) = die_at(&site, writes, written, before, run).await;
            let store = site.store().await;
            let begun = !died || writes > 0 || written;
            let _next = site.recovering_node(settings(), &KEYS).await;
            let id = store.list_all().await.unwrap().pop();
            until_open(&store, <[_]>::is_empty).await;
            if let Some(id) = id {
                let stored = assert_settled(&site, &store, &id).await;
                check(&site, &stored, begun);
            }
            deaths += usize::from(died);
            if !died {
                break;
            }
        }
    }
    assert!(deaths >= 2, "it died {deaths} times");
}

#[tokio::test]
async fn a_creation_goes_on_whenever_its_node_dies() {
    let mut deaths = 0;
    for (asynchronous, written) in [(true, false), (true, true), (false, false), (false, true)] {
        for writes in 0..MOST_WRITES {
            let site = Site::new();
            let nothing = async |_: &RecoveringNode| ();
            let create = async |node: &RecoveringNode, ()| {
                let manager = &node.node.manager;
                let _ = manager
                    .create(&ann_in_lab(), machines(2), asynchronous)
                    .await;
            };
            let (died, _dead) = die_at(&site, writes, written, nothing, create).await;
            let store = site.store().await;
            let _next = site.recovering_node(settings(), &KEYS).await;
            let begun = !died || writes > 0 || written;
            until_open(&store, <[_]>::is_empty).await;
            match only(&store).await {
                None => assert!(!begun && site.lab.launches().is_empty()),
                Some(inf) => {
                    let stored = assert_settled(&site, &store, &inf.id).await;
                    assert_eq!(states(&stored), [VmState::Configured; 2]);
                }
            }
            deaths += usize::from(died);
            if !died {
                break;
            }
        }
    }
    assert!(deaths >= 9, "it died {deaths} times");
}

#[tokio::test]
async fn an_addition_goes_on_whenever_its_node_dies() {
    at_each_write(
        async |node, id| {
            let _ = node
                .node
                .manager
                .add(&ann_in_lab(), id, more(2), true)
                .await;
        },
        |_, stored, begun| {
            let expected = if begun { 4 } else { 2 };
            assert_eq!(states(stored), vec![VmState::Configured; expected]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_removal_goes_on_whenever_its_node_dies() {
    at_each_write(
        async |node, id| {
            let _ = node.node.manager.remove(&ann_in_lab(), id, "1", true).await;
        },
        |site, stored, begun| {
            let expected = if begun { 1 } else { 2 };
            assert_eq!(states(stored), vec![VmState::Configured; expected]);
            assert_eq!(site.lab.count(), expected);
        },
    )
    .await;
}

/// One machine goes and another one comes, by one document.
#[tokio::test]
async fn an_update_goes_on_whenever_its_node_dies() {
    let after = || Pool::of(1).without(&[1]).with_another().document();
    at_each_write_on(
        Pool::of(2).document(),
        async |node, id| {
            let manager = &node.node.manager;
            let _ = manager.add(&ann_in_lab(), id, after(), true).await;
        },
        |site, stored, begun| {
            let live: Vec<u32> = stored.live_vms().map(|vm| vm.id.0).collect();
            assert_eq!(live, if begun { [0, 2] } else { [0, 1] });
            assert_eq!(states(stored), [VmState::Configured; 2]);
            assert_eq!(site.lab.count(), 2);
            let text = stored.extra_info["TOSCA"].as_str().unwrap();
            assert_eq!(text.contains("another"), begun);
        },
    )
    .await;
}

#[tokio::test]
async fn a_destruction_goes_on_whenever_its_node_dies() {
    for asynchronous in [false, true] {
        let mut deaths = 0;
        for (written, writes) in [(false, 0), (true, 0), (false, 1), (true, 1)] {
            let site = Site::new();
            let before =
                async |node: &RecoveringNode| node.node.create(&ann_in_lab(), machines(2)).await;
            let destroy = async |node: &RecoveringNode, id: InfId| {
                let manager = &node.node.manager;
                let _ = manager
                    .destroy(&ann_in_lab(), &id, false, asynchronous)
                    .await;
            };
            let (died, dead) = die_at(&site, writes, written, before, destroy).await;
            assert!(died);
            deaths += 1;
            let store = site.store().await;
            let id = dead.node.store.list_all().await.unwrap().pop();
            let _next = site.recovering_node(settings(), &KEYS).await;
            until_open(&store, <[_]>::is_empty).await;
            let begun = written || writes > 0;
            assert_eq!(site.lab.count(), if begun { 0 } else { 2 });
            if let Some(id) = id {
                let stored = assert_settled(&site, &store, &id).await;
                assert_eq!(stored.deleted, begun);
            }
        }
        assert_eq!(deaths, 4);
    }
}

#[tokio::test]
async fn a_stop_goes_on_whenever_its_node_dies() {
    at_each_write(
        async |node, id| {
            let stop = InfrastructureOperation::Stop;
            let _ = node.node.manager.operate(&ann_in_lab(), id, stop).await;
        },
        |site, stored, begun| {
            let expected = if begun {
                VmState::Stopped
            } else {
                VmState::Configured
            };
            assert_eq!(states(stored), [expected; 2]);
            let all_stopped = site
                .lab
                .powered()
                .iter()
                .all(|(call, _)| *call == Call::Stop);
            assert!(all_stopped);
        },
    )
    .await;
}

#[tokio::test]
async fn a_restart_is_not_repeated() {
    at_each_write(
        async |node, id| {
            let reboot = VmOperation::Reboot;
            let _ = node
                .node
                .manager
                .operate_vm(&ann_in_lab(), id, "0", reboot)
                .await;
        },
        |site, stored, _| {
            assert!(site.lab.powered().len() <= 1);
            assert_eq!(states(stored), [VmState::Configured; 2]);
        },
    )
    .await;
}

/// A node that died while its cloud was launching: of three machines the first was made, and nobody was told.
async fn lost_in_launch(site: &Site, keys: &[&str]) -> (Node, InfId) {
    let node = site.recovering_node(settings(), keys).await;
    site.lab.gate.forget_permits(usize::MAX);
    let credentials = ann_in_lab();
    let create = node.node.manager.create(&credentials, machines(3), true);
    let id = create.await.unwrap();
    site.lab.until_reached(1).await;
    // Without its search: a node that is alone takes all others for dead, and would take its work back.
    (node.node, id)
}

#[tokio::test]
async fn without_a_key_it_waits_for_a_request_and_says_so() {
    let site = Site::new();
    let (_lost, id) = lost_in_launch(&site, &[]).await;
    let next = site.recovering_node(settings(), &[]).await;
    let store = &next.node.store;
    until_open(store, |open| {
        open.iter().all(|o| o.state == OperationState::Waiting)
    })
    .await;
    let waiting = open(store).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].kind, OperationKind::Create);
    assert_eq!(waiting[0].boot, next.node.cluster.life().boot());
    assert_eq!(waiting[0].sealed, None);
    assert_eq!(site.lab.launches().len(), 1);
    site.lab.gate.add_permits(100);
    next.node
        .until(&ann_in_lab(), &id, |inf| inf.state() == VmState::Configured)
        .await;
    until_open(store, <[_]>::is_empty).await;
    assert_settled(&site, store, &id).await;
}

#[tokio::test]
async fn a_key_that_was_replaced_still_opens_and_one_that_is_missing_does_not() {
    let site = Site::new();
    let (_lost, id) = lost_in_launch(&site, &KEYS).await;
    let stranger = site.recovering_node(settings(), &["another key"]).await;
    until_open(&stranger.node.store, |open| {
        open.iter().all(|o| o.state == OperationState::Waiting)
    })
    .await;
    drop(stranger);
    assert_eq!(site.lab.launches().len(), 1);
    site.lab.gate.add_permits(100);
    let next = site
        .recovering_node(settings(), &["another key", KEYS[0]])
        .await;
    until_open(&next.node.store, <[_]>::is_empty).await;
    let stored = assert_settled(&site, &next.node.store, &id).await;
    assert_eq!(states(&stored), [VmState::Configured; 3]);
}

#[tokio::test]
async fn credentials_are_erased_when_the_operation_ends() {
    let site = Site::new();
    let node = site.recovering_node(settings(), &KEYS).await;
    site.lab.gate.forget_permits(usize::MAX);
    let credentials = ann_in_lab();
    let create = node.node.manager.create(&credentials, machines(1), true);
    let id = create.await.unwrap();
    site.lab.until_reached(1).await;
    let store = &node.node.store;
    let running = open(store).await.pop().unwrap();
    let sealed = running.sealed.clone().unwrap();
    let clear = String::from_utf8_lossy(&sealed.0).into_owned();
    assert!(!clear.contains("ann") && !clear.contains("lab"));
    site.lab.gate.add_permits(100);
    until_open(store, <[_]>::is_empty).await;
    let ended = store.operation(&running.id).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.sealed), (OperationState::Done, None));
    let intents = store.intents(&id).await.unwrap();
    assert_eq!(intents.len(), 1);
    assert_eq!(intents[0].state, IntentState::Applied);
    assert_eq!(intents[0].plan.token, site.lab.tokens()[0]);
    let stored = assert_settled(&site, store, &id).await;
    assert_eq!(intents[0].result, stored.vms[0].cloud_vm_id);
}

#[tokio::test]
async fn a_node_takes_over_only_what_its_mode_allows() {
    for boot_mode in [BootMode::ReadOnly, BootMode::ReadDelete] {
        let site = Site::new();
        let (_lost, id) = lost_in_launch(&site, &KEYS).await;
        let mode = ManagerSettings {
            boot_mode,
            ..settings()
        };
        let reader = site.recovering_node(mode.clone(), &KEYS).await;
        // That it looks at the infrastructure changes nothing either.
        reader
            .node
            .manager
            .infrastructure(&ann_in_lab(), &id)
            .await
            .unwrap();
        let left = open(&reader.node.store).await.pop().unwrap();
        assert_eq!(left.state, OperationState::Running);
        assert_ne!(left.boot, reader.node.cluster.life().boot());
        assert!(reader.node.manager.close(Duration::from_secs(20)).await);
        assert_eq!(site.lab.launches().len(), 1);
        let next = site.recovering_node(settings(), &KEYS).await;
        site.lab.gate.add_permits(100);
        until_open(&next.node.store, <[_]>::is_empty).await;
        assert_settled(&site, &next.node.store, &id).await;
    }
}

#[tokio::test]
async fn a_node_that_may_delete_finishes_a_destruction() {
    let site = Site::new();
    let before = async |node: &RecoveringNode| node.node.create(&ann_in_lab(), machines(2)).await;
    let destroy = async |node: &RecoveringNode, id: InfId| {
        let manager = &node.node.manager;
        let _ = manager.destroy(&ann_in_lab(), &id, false, true).await;
    };
    let (died, _dead) = die_at(&site, 1, false, before, destroy).await;
    assert!(died);
    let mode = ManagerSettings {
        boot_mode: BootMode::ReadDelete,
        ..settings()
    };
    let next = site.recovering_node(mode, &KEYS).await;
    until_open(&next.node.store, <[_]>::is_empty).await;
    assert_eq!(site.lab.count(), 0);
}

#[tokio::test]
async fn a_cloud_without_tokens_is_given_the_time_to_show_a_machine() {
    let site = Site::new();
    let node = site.recovering_node(settings(), &KEYS).await.node;
    site.lab.gate.forget_permits(usize::MAX);
    let credentials = user_with("ann", &[("lab", "Plain")]);
    let create = node.manager.create(&credentials, machines(2), true);
    let id = create.await.unwrap();
    site.lab.until_reached(1).await;
    let next = site.recovering_node(settings(), &KEYS).await;
    site.lab.gate.add_permits(100);
    until_open(&next.node.store, <[_]>::is_empty).await;
    let stored = assert_settled(&site, &next.node.store, &id).await;
    assert_eq!(states(&stored), [VmState::Configured; 2]);
}

#[tokio::test]
async fn a_change_waits_until_what_was_taken_over_is_settled() {
    let site = Site::new();
    let (_lost, id) = lost_in_launch(&site, &KEYS).await;
    let next = site.recovering_node(settings(), &KEYS).await;
    let credentials = ann_in_lab();
    let add = next.node.manager.add(&credentials, &id, more(1), true);
    let wake = async {
        site.lab.until_reached(2).await;
        site.lab.gate.add_permits(100);
    };
    let (added, ()) = tokio::join!(add, wake);
    assert_eq!(added.unwrap().vms.len(), 1);
    until_open(&next.node.store, <[_]>::is_empty).await;
    let stored = assert_settled(&site, &next.node.store, &id).await;
    assert_eq!(states(&stored), [VmState::Configured; 4]);
}

#[tokio::test]
async fn a_contextualization_goes_on_by_itself() {
    let site = Site::new();
    let node = site.recovering_node(settings(), &KEYS).await.node;
    site.lab.machines_begin_as(VmState::Pending);
    let document = text(&format!("{}deploy node 1\n", crate::node::NODE));
    let id = node.create(&ann_in_lab(), document).await;
    let store = &node.store;
    let open = open(store).await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].kind, OperationKind::Reconfigure);
    let next = site.recovering_node(settings(), &KEYS).await;
    site.lab.machines_become(VmState::Running);
    until_open(store, <[_]>::is_empty).await;
    let stored = assert_settled(&site, &next.node.store, &id).await;
    assert_eq!(states(&stored), [VmState::Unconfigured]);
}
