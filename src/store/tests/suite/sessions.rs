//! Which nodes live.

use std::time::Duration;

use futures::future::join_all;
use im_domain::BootId;
use im_store::{Node, NodeRow, NodeState, Sessions, StoreErrorKind};

use super::{Backend, boot, infrastructure, kind};

fn row(boot: BootId, name: &str) -> NodeRow {
    NodeRow {
        boot,
        name: name.to_owned(),
        peer_addr: "10.0.0.1:8810".to_owned(),
        boot_mode: 2,
        version: "0.1.0".to_owned(),
    }
}

async fn node(store: &dyn Sessions, boot: BootId) -> Node {
    let nodes = store.nodes().await.unwrap();
    nodes
        .into_iter()
        .find(|node| node.row.boot == boot)
        .unwrap()
}

pub(crate) async fn a_node_enters_and_beats<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    assert!(store.nodes().await.unwrap().is_empty());
    store.enter(&row(boot(1), "ñode")).await.unwrap();
    let entered = node(&*store, boot(1)).await;
    assert_eq!(entered.row, row(boot(1), "ñode"));
    assert_eq!((entered.state, entered.beat), (NodeState::Alive, 1));
    assert!(entered.seen_ago < Duration::from_secs(60));
    assert!(store.beat(&boot(1)).await.unwrap());
    assert_eq!(node(&*store, boot(1)).await.beat, 2);
    assert_eq!(
        kind(store.enter(&row(boot(1), "other")).await),
        StoreErrorKind::AlreadyExists
    );
    assert!(!store.beat(&boot(2)).await.unwrap(), "nobody entered so");
}

pub(crate) async fn a_dead_boot_never_beats_again<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    store.enter(&row(boot(1), "a")).await.unwrap();
    assert!(store.beat(&boot(1)).await.unwrap());
    assert!(
        !store.declare_dead(&boot(1), 1).await.unwrap(),
        "it has beaten since"
    );
    assert!(store.declare_dead(&boot(1), 2).await.unwrap());
    assert!(!store.declare_dead(&boot(1), 2).await.unwrap(), "once");
    assert!(!store.beat(&boot(1)).await.unwrap());
    for state in [NodeState::Alive, NodeState::Draining, NodeState::Gone] {
        assert!(
            !store.set_state(&boot(1), state).await.unwrap(),
            "{state:?}"
        );
    }
    let dead = node(&*store, boot(1)).await;
    assert_eq!((dead.state, dead.beat), (NodeState::Dead, 2));
}

pub(crate) async fn a_draining_node_beats_until_it_is_gone<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let me = boot(1);
    store.enter(&row(me, "a")).await.unwrap();
    assert!(store.set_state(&me, NodeState::Draining).await.unwrap());
    assert!(!store.set_state(&me, NodeState::Draining).await.unwrap());
    assert!(!store.set_state(&me, NodeState::Alive).await.unwrap());
    assert!(store.beat(&me).await.unwrap());
    assert!(store.set_state(&me, NodeState::Gone).await.unwrap());
    assert!(!store.beat(&me).await.unwrap());
    assert!(!store.declare_dead(&me, 2).await.unwrap());
    assert_eq!(node(&*store, me).await.state, NodeState::Gone);
}

pub(crate) async fn a_beat_and_a_death_exclude_each_other<B: Backend>() {
    let backend = B::fresh().await;
    let stores = [backend.store(), backend.reopen().await];
    for number in 0..20 {
        let me = boot(number);
        stores[0].enter(&row(me, "a")).await.unwrap();
        let (beaten, dead) = tokio::join!(stores[0].beat(&me), stores[1].declare_dead(&me, 1));
        let (beaten, dead) = (beaten.unwrap(), dead.unwrap());
        assert!(beaten != dead, "beaten {beaten}, dead {dead}");
        let node = node(&*stores[1], me).await;
        assert_eq!(node.state == NodeState::Dead, dead);
        assert_eq!(node.beat, if beaten { 2 } else { 1 });
    }
}

pub(crate) async fn one_of_many_declares_it_dead<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    store.enter(&row(boot(1), "a")).await.unwrap();
    let me = boot(1);
    let deaths = join_all((0..16).map(|_| store.declare_dead(&me, 1))).await;
    let deaths = deaths.into_iter().map(Result::unwrap).filter(|dead| *dead);
    assert_eq!(deaths.count(), 1);
}

pub(crate) async fn only_the_dead_that_own_nothing_are_tidied_up<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    for (number, name) in [(1, "b"), (2, "a"), (3, "a"), (4, "c")] {
        store.enter(&row(boot(number), name)).await.unwrap();
    }
    store
        .insert(&infrastructure("one", &[]), &boot(1))
        .await
        .unwrap();
    store.declare_dead(&boot(1), 1).await.unwrap();
    store.declare_dead(&boot(2), 1).await.unwrap();
    store.set_state(&boot(3), NodeState::Gone).await.unwrap();
    let names =
        |nodes: Vec<Node>| -> Vec<String> { nodes.into_iter().map(|node| node.row.name).collect() };
    assert_eq!(names(store.nodes().await.unwrap()), ["a", "a", "b", "c"]);
    assert_eq!(
        store.tidy_nodes(Duration::from_secs(3_600)).await.unwrap(),
        0
    );
    assert_eq!(store.tidy_nodes(Duration::MAX).await.unwrap(), 0);
    assert_eq!(store.tidy_nodes(Duration::ZERO).await.unwrap(), 2);
    assert_eq!(names(store.nodes().await.unwrap()), ["b", "c"]);
}

pub(crate) async fn the_cluster_has_one_name<B: Backend>() {
    let backend = B::fresh().await;
    let name = backend.store().cluster_id().await.unwrap();
    assert!(name.parse::<uuid::Uuid>().is_ok(), "{name}");
    assert_eq!(backend.reopen().await.cluster_id().await.unwrap(), name);
}
