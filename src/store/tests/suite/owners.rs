//! Whose property a row is.

use futures::future::join_all;
use im_domain::Epoch;
use im_store::{Position, Standing, Store, StoreErrorKind};

use super::{Backend, boot, conflict, infrastructure, kind, me, user};

async fn owner(store: &dyn Store, id: &str) -> Option<im_domain::BootId> {
    let id = id.parse().unwrap();
    let loaded = store.load(&id).await.unwrap().unwrap();
    let standing = store.standing(&id).await.unwrap().unwrap();
    assert_eq!(
        (standing.owner, standing.position),
        (loaded.owner, loaded.position)
    );
    loaded.owner
}

pub(crate) async fn who_inserts_owns<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let mut inf = infrastructure("one", &[&user("ann")]);
    let at = store.insert(&inf, &boot(7)).await.unwrap();
    assert_eq!(owner(&*store, "one").await, Some(boot(7)));
    let at = store.save(&inf, at).await.unwrap();
    assert_eq!(owner(&*store, "one").await, Some(boot(7)));
    inf.deleted = true;
    store.save(&inf, at).await.unwrap();
    assert!(store.owned(&boot(7)).await.unwrap().is_empty());
    let standing = store.standing(&inf.id).await.unwrap();
    assert!(standing.is_some_and(|standing| standing.deleted));
    store
        .insert(&infrastructure("one", &[]), &boot(8))
        .await
        .unwrap();
    assert_eq!(owner(&*store, "one").await, Some(boot(8)));
    assert_eq!(store.owned(&boot(8)).await.unwrap(), [inf.id]);
    assert_eq!(store.standing(&"two".parse().unwrap()).await.unwrap(), None);
}

pub(crate) async fn what_another_boot_owns_cannot_be_acquired<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[]);
    let at = store.insert(&inf, &me()).await.unwrap();
    for from in [None, Some(boot(3)), Some(boot(2))] {
        let taken = store
            .acquire(&inf.id, at.epoch, &boot(2), from.as_ref())
            .await;
        assert_eq!(kind(taken), conflict(1, 1), "{from:?}");
    }
    assert_eq!(owner(&*store, "one").await, Some(me()));
    store.save(&inf, at).await.unwrap();
}

pub(crate) async fn what_a_dead_boot_owned_is_taken_from_it<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[]);
    let old = store.insert(&inf, &me()).await.unwrap();
    let new = store
        .acquire(&inf.id, old.epoch, &boot(2), Some(&me()))
        .await
        .unwrap();
    assert_eq!(new, Position::new(2, 1));
    assert_eq!(owner(&*store, "one").await, Some(boot(2)));
    assert_eq!(kind(store.save(&inf, old).await), conflict(2, 1));
    assert_eq!(
        kind(store.release(&inf.id, old, &me()).await),
        conflict(2, 1)
    );
    let again = store
        .acquire(&inf.id, new.epoch, &boot(2), None)
        .await
        .unwrap();
    assert_eq!(
        again,
        Position::new(3, 1),
        "its own boot may raise the epoch"
    );
}

pub(crate) async fn what_was_released_is_free<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[]);
    let at = store.insert(&inf, &me()).await.unwrap();
    assert_eq!(
        kind(store.release(&inf.id, at, &boot(2)).await),
        conflict(1, 1)
    );
    store.release(&inf.id, at, &me()).await.unwrap();
    assert_eq!(
        store.standing(&inf.id).await.unwrap(),
        Some(Standing {
            position: at,
            owner: None,
            deleted: false
        })
    );
    assert!(store.owned(&me()).await.unwrap().is_empty());
    assert_eq!(
        kind(store.release(&inf.id, at, &me()).await),
        conflict(1, 1)
    );
    let at = store
        .acquire(&inf.id, Epoch(1), &boot(2), None)
        .await
        .unwrap();
    assert_eq!(at, Position::new(2, 1));
    assert_eq!(
        kind(store.release(&"no".parse().unwrap(), at, &me()).await),
        StoreErrorKind::Conflict(None)
    );
}

pub(crate) async fn one_of_many_boots_wins<B: Backend>() {
    let backend = B::fresh().await;
    let stores = [backend.store(), backend.reopen().await];
    let inf = infrastructure("one", &[]);
    let at = stores[0].insert(&inf, &me()).await.unwrap();
    stores[0].release(&inf.id, at, &me()).await.unwrap();
    let id = &inf.id;
    let claims = join_all((0..32_u32).map(|number| {
        let store = &stores[(number % 2) as usize];
        async move { store.acquire(id, Epoch(1), &boot(number), None).await }
    }))
    .await;
    let winners: Vec<u32> = (0..32)
        .zip(&claims)
        .filter_map(|(number, claim)| claim.is_ok().then_some(number))
        .collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(owner(&*stores[0], "one").await, Some(boot(winners[0])));
}
