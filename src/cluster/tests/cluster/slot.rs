//! Changes and their commits, under faults of the store.
#![allow(clippy::unwrap_used)] // a test may fail by panic

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Fault, FaultyStore, cluster};
use im_cluster::{ChangeError, ClusterError, Opened, Slot};
use im_domain::{InfId, Infrastructure};

fn add_line(
    slot: &Arc<Slot>,
    line: String,
) -> impl Future<Output = Result<(), ChangeError<Infallible>>> + use<> {
    let slot = Arc::clone(slot);
    async move {
        slot.change(|inf| {
            inf.cont_out.push_str(&line);
            Ok(())
        })
        .await
    }
}

fn here(opened: Opened) -> Arc<Slot> {
    match opened {
        Opened::Here(slot) => slot,
        other => panic!("{other:?}"),
    }
}

async fn created(store: &Arc<FaultyStore>) -> (im_cluster::Cluster, Arc<Slot>) {
    let cluster = cluster(store);
    let infrastructure = Infrastructure::new(InfId::random(), Vec::new(), 0);
    let slot = cluster.create(infrastructure).await.unwrap();
    (cluster, slot)
}

#[tokio::test]
async fn an_acknowledged_change_is_stored_and_visible() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    add_line(&slot, "a".into()).await.unwrap();
    assert_eq!(slot.snapshot().cont_out, "a");
    assert_eq!(store.row(slot.id()).0.cont_out, "a");
}

#[tokio::test]
async fn a_refusal_changes_nothing_and_costs_no_commit() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    let refused = slot
        .change(|inf| {
            inf.cont_out.push('x');
            Err::<(), _>("no")
        })
        .await;
    assert!(matches!(refused, Err(ChangeError::Refused("no"))));
    assert_eq!(slot.snapshot().cont_out, "");
    assert_eq!(store.saves.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_changes_at_once_share_few_commits() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    // The first commit waits at the gate until all changes have been made.
    store.gate.forget_permits(usize::MAX >> 3);
    let made = Arc::new(AtomicUsize::new(0));
    let change = |_| {
        let (slot, made) = (Arc::clone(&slot), Arc::clone(&made));
        tokio::spawn(async move {
            slot.change(|inf| {
                inf.cont_out.push('x');
                made.fetch_add(1, Ordering::SeqCst);
                Ok::<(), Infallible>(())
            })
            .await
        })
    };
    let changes: Vec<_> = (0..1000).map(change).collect();
    while made.load(Ordering::SeqCst) < 1000 {
        tokio::task::yield_now().await;
    }
    store.gate.add_permits(1 << 20);
    for change in changes {
        change.await.unwrap().unwrap();
    }
    assert_eq!(slot.snapshot().cont_out.len(), 1000);
    let saves = store.saves.load(Ordering::SeqCst);
    // The one that waited, and one for all others.
    assert!(saves <= 2, "{saves} commits for 1000 changes");
}

#[tokio::test]
async fn a_refused_commit_is_rolled_back() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    store.faults.lock().unwrap().push(Fault::Refuse);
    let failed = add_line(&slot, "lost".into()).await;
    assert!(matches!(
        failed,
        Err(ChangeError::Cluster(ClusterError::Unavailable(_)))
    ));
    add_line(&slot, "kept".into()).await.unwrap();
    assert_eq!(slot.snapshot().cont_out, "kept");
    assert_eq!(store.row(slot.id()).0.cont_out, "kept");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_and_not_called_a_failure() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    let before = slot.position();
    store.faults.lock().unwrap().push(Fault::LoseAnswer);
    add_line(&slot, "landed".into()).await.unwrap();
    assert_eq!(slot.snapshot().cont_out, "landed");
    assert!(
        slot.position().epoch > before.epoch,
        "the write was not fenced before asking"
    );
    add_line(&slot, "+".into()).await.unwrap();
    assert_eq!(store.row(slot.id()).0.cont_out, "landed+");
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_is_a_failure_once_it_can_no_longer_land() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    store.faults.lock().unwrap().push(Fault::LoseRequest);
    let failed = add_line(&slot, "x".into()).await;
    assert!(matches!(
        failed,
        Err(ChangeError::Cluster(ClusterError::Unavailable(_)))
    ));
    assert_eq!(slot.snapshot().cont_out, "");
    add_line(&slot, "y".into()).await.unwrap();
    assert_eq!(store.row(slot.id()).0.cont_out, "y");
}

#[tokio::test]
async fn a_row_with_another_owner_ends_the_slot() {
    let store = FaultyStore::new();
    let (cluster, slot) = created(&store).await;
    store.steal(slot.id());
    let failed = add_line(&slot, "x".into()).await;
    assert!(matches!(
        failed,
        Err(ChangeError::Cluster(ClusterError::Lost(_)))
    ));
    assert!(slot.is_lost());
    let again = here(cluster.open(slot.id()).await.unwrap());
    assert!(!Arc::ptr_eq(&again, &slot));
    add_line(&again, "y".into()).await.unwrap();
    assert_eq!(store.row(slot.id()).0.cont_out, "y");
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_stop_its_commit() {
    let store = FaultyStore::new();
    let (cluster, slot) = created(&store).await;
    store.gate.forget_permits(usize::MAX >> 3);
    {
        let mut change = Box::pin(add_line(&slot, "x".into()));
        assert!(futures_poll(&mut change).await.is_none());
    }
    store.gate.add_permits(1);
    cluster.close().await;
    assert_eq!(store.row(slot.id()).0.cont_out, "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn openings_at_once_share_one_load_and_one_slot() {
    let store = FaultyStore::new();
    let (first, slot) = created(&store).await;
    drop(first);
    let other = cluster(&store);
    let opened: Vec<_> = (0..50)
        .map(|_| {
            let (other, id) = (other.clone(), slot.id().clone());
            tokio::spawn(async move { here(other.open(&id).await.unwrap()) })
        })
        .collect();
    let mut slots = Vec::new();
    for handle in opened {
        slots.push(handle.await.unwrap());
    }
    assert!(slots.iter().all(|slot| Arc::ptr_eq(slot, &slots[0])));
    assert_eq!(store.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_a_new_owner_hides_stays_unknown() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    store.faults.lock().unwrap().push(Fault::LoseAnswer);
    let change = tokio::spawn(add_line(&slot, "x".into()));
    while store.saves.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    store.steal(slot.id());
    let outcome = change.await.unwrap();
    assert!(matches!(
        outcome,
        Err(ChangeError::Cluster(ClusterError::OutcomeUnknown(_)))
    ));
}

#[tokio::test]
async fn a_slot_of_an_ended_life_answers_nothing() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    slot.read().await.unwrap();
    slot.confirm().await.unwrap();
    store.steal(slot.id());
    // What was just confirmed is not asked about once more.
    let mut outcome = slot.confirm().await;
    while outcome.is_ok() {
        tokio::task::yield_now().await;
        outcome = slot.confirm().await;
    }
    assert!(matches!(outcome, Err(ClusterError::Lost(_))));
    assert!(matches!(slot.read().await, Err(ClusterError::Lost(_))));
}

#[tokio::test]
async fn operations_take_turns() {
    let store = FaultyStore::new();
    let (_cluster, slot) = created(&store).await;
    let first = slot.operation("add").await;
    assert!(slot.try_operation("remove").is_none());
    assert_eq!(slot.running_operation().map(|(kind, _)| kind), Some("add"));
    drop(first);
    assert!(slot.running_operation().is_none());
    assert!(slot.try_operation("remove").is_some());
}

async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        let polled = std::pin::Pin::new(&mut *future).poll(context);
        std::task::Poll::Ready(match polled {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
