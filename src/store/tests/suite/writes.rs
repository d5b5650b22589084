//! Inserting, saving, acquiring: who may, and what comes of it.

use im_domain::Epoch;
use im_store::{Position, StoreErrorKind};

use super::{Backend, conflict, infrastructure, kind, listed, me, user};

pub(crate) async fn an_insert_is_loaded_as_it_was<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    assert_eq!(
        store.insert(&inf, &me()).await.unwrap(),
        Position::new(1, 1)
    );
    let loaded = store.load(&inf.id).await.unwrap().unwrap();
    assert_eq!(loaded.infrastructure, inf);
    assert_eq!(loaded.position, Position::new(1, 1));
    assert!(store.load(&"two".parse().unwrap()).await.unwrap().is_none());
}

pub(crate) async fn an_id_is_taken_while_it_lives<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    store.insert(&inf, &me()).await.unwrap();
    let thief = infrastructure("one", &[&user("bob")]);
    assert_eq!(
        kind(store.insert(&thief, &me()).await),
        StoreErrorKind::AlreadyExists
    );
    assert!(listed(&*store, &user("bob")).await.is_empty());
    assert_eq!(
        store.load(&inf.id).await.unwrap().unwrap().infrastructure,
        inf
    );
}

pub(crate) async fn a_deleted_id_can_be_used_again<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let mut inf = infrastructure("one", &[&user("ann")]);
    let at = store.insert(&inf, &me()).await.unwrap();
    let at = store.acquire(&inf.id, at.epoch, &me(), None).await.unwrap();
    inf.deleted = true;
    let dead = store.save(&inf, at).await.unwrap();
    assert!(
        store
            .load(&inf.id)
            .await
            .unwrap()
            .unwrap()
            .infrastructure
            .deleted
    );

    let again = infrastructure("one", &[&user("bob")]);
    let at = store.insert(&again, &me()).await.unwrap();
    assert!(
        at.epoch > dead.epoch && at.version > dead.version,
        "{dead:?}, then {at:?}"
    );
    assert_eq!(
        store.load(&inf.id).await.unwrap().unwrap().infrastructure,
        again
    );
    assert!(listed(&*store, &user("ann")).await.is_empty());
    assert_eq!(listed(&*store, &user("bob")).await, ["one"]);
    assert_eq!(
        kind(store.save(&inf, dead).await),
        conflict(at.epoch.0, at.version.0)
    );
}

pub(crate) async fn a_save_raises_the_version<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let mut inf = infrastructure("one", &[&user("ann")]);
    let mut at = store.insert(&inf, &me()).await.unwrap();
    for version in 2..5 {
        inf.cont_out = format!("version {version}");
        at = store.save(&inf, at).await.unwrap();
        assert_eq!(at, Position::new(1, version));
        let loaded = store.load(&inf.id).await.unwrap().unwrap();
        assert_eq!((loaded.infrastructure, loaded.position), (inf.clone(), at));
    }
}

pub(crate) async fn a_save_from_an_old_version_is_refused<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let mut inf = infrastructure("one", &[&user("ann")]);
    let first = store.insert(&inf, &me()).await.unwrap();
    store.save(&inf, first).await.unwrap();
    inf.owners.clear();
    assert_eq!(kind(store.save(&inf, first).await), conflict(1, 2));
    assert_eq!(
        listed(&*store, &user("ann")).await,
        ["one"],
        "the index was not touched"
    );
    let ahead = Position::new(1, 3);
    assert_eq!(kind(store.save(&inf, ahead).await), conflict(1, 2));
}

pub(crate) async fn a_save_from_an_old_epoch_is_refused<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    let first = store.insert(&inf, &me()).await.unwrap();
    store
        .acquire(&inf.id, first.epoch, &me(), None)
        .await
        .unwrap();
    assert_eq!(kind(store.save(&inf, first).await), conflict(2, 1));
}

pub(crate) async fn a_save_of_what_is_not_there_is_refused<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    let saved = store.save(&inf, Position::new(1, 1)).await;
    assert_eq!(kind(saved), StoreErrorKind::Conflict(None));
    assert_eq!(
        kind(store.acquire(&inf.id, Epoch(1), &me(), None).await),
        StoreErrorKind::Conflict(None)
    );
    assert!(store.load(&inf.id).await.unwrap().is_none());
}

pub(crate) async fn acquiring_raises_the_epoch_once<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    store.insert(&inf, &me()).await.unwrap();
    let at = store.acquire(&inf.id, Epoch(1), &me(), None).await.unwrap();
    assert_eq!(at, Position::new(2, 1));
    assert_eq!(
        kind(store.acquire(&inf.id, Epoch(1), &me(), None).await),
        conflict(2, 1)
    );
    assert_eq!(store.save(&inf, at).await.unwrap(), Position::new(2, 2));
}

pub(crate) async fn what_was_saved_is_there_in_the_next_life<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let mut inf = infrastructure("one", &[&user("ann")]);
    let at = store.insert(&inf, &me()).await.unwrap();
    inf.cont_out = "saved".into();
    let at = store.save(&inf, at).await.unwrap();
    let next = backend.reopen().await;
    let loaded = next.load(&inf.id).await.unwrap().unwrap();
    assert_eq!((loaded.infrastructure, loaded.position), (inf, at));
    assert_eq!(listed(&*next, &user("ann")).await, ["one"]);
}

pub(crate) async fn large_numbers_do_no_harm<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    store.insert(&inf, &me()).await.unwrap();
    let far = Position::new(u64::MAX, u64::MAX);
    assert_eq!(kind(store.save(&inf, far).await), conflict(1, 1));
    assert_eq!(
        kind(store.acquire(&inf.id, Epoch(u64::MAX), &me(), None).await),
        conflict(1, 1)
    );
}
