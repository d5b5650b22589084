//! Deleting for good.

use std::sync::Arc;

use im_store::Store;

use super::{Backend, infrastructure, me, user};

async fn filled<B: Backend>() -> (B, Arc<dyn Store>) {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    for (id, created, deleted) in [
        ("old-dead", Some(100), true),
        ("old-live", Some(100), false),
        ("new-dead", Some(5_000), true),
        ("dateless-dead", None, true),
    ] {
        let mut inf = infrastructure(id, &[&ann]);
        inf.creation_date = created;
        inf.deleted = deleted;
        store.insert(&inf, &me()).await.unwrap();
    }
    (backend, store)
}

async fn left(store: &dyn Store) -> Vec<String> {
    let summaries = store.summaries(None).await.unwrap();
    summaries
        .iter()
        .map(|summary| summary.id.to_string())
        .collect()
}

pub(crate) async fn only_old_deleted_rows_go<B: Backend>() {
    let (_backend, store) = filled::<B>().await;
    assert_eq!(
        store.purge(100, false).await.unwrap(),
        0,
        "that very moment is not before it"
    );
    assert_eq!(store.purge(1_000, false).await.unwrap(), 1);
    assert_eq!(
        left(&*store).await,
        ["dateless-dead", "new-dead", "old-live"]
    );
    assert_eq!(store.purge(1_000, false).await.unwrap(), 0);
    assert_eq!(
        store.purge(i64::MAX, false).await.unwrap(),
        2,
        "the day of the save counts"
    );
    assert_eq!(left(&*store).await, ["old-live"]);
    let mine = store
        .summaries(Some(&[user("ann").user_key()]))
        .await
        .unwrap();
    assert_eq!(mine.len(), 1);
}

pub(crate) async fn a_dry_run_only_counts<B: Backend>() {
    let (_backend, store) = filled::<B>().await;
    assert_eq!(store.purge(10_000, true).await.unwrap(), 2);
    assert_eq!(left(&*store).await.len(), 4);
}

pub(crate) async fn a_purged_id_is_free<B: Backend>() {
    let (_backend, store) = filled::<B>().await;
    store.purge(1_000, false).await.unwrap();
    let id = "old-dead".parse().unwrap();
    assert!(store.load(&id).await.unwrap().is_none());
    store
        .insert(&infrastructure("old-dead", &[]), &me())
        .await
        .unwrap();
    assert!(store.load(&id).await.unwrap().is_some());
}
