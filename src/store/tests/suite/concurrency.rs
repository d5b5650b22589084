//! Many at once.

use std::sync::Arc;

use futures::future::join_all;
use im_domain::Epoch;
use im_store::{Position, StoreErrorKind};

use super::{Backend, conflict, infrastructure, listed, me, user};

pub(crate) async fn one_of_many_saves_wins<B: Backend>() {
    let backend = B::fresh().await;
    let stores = [backend.store(), backend.reopen().await];
    let at = stores[0]
        .insert(&infrastructure("one", &[&user("ann")]), &me())
        .await
        .unwrap();
    let saves = join_all((0..32).map(|number| {
        let store = Arc::clone(&stores[number % 2]);
        tokio::spawn(async move {
            let mut inf = infrastructure("one", &[&user(&format!("user-{number}"))]);
            inf.cont_out = number.to_string();
            (number, store.save(&inf, at).await)
        })
    }))
    .await;
    let mut winners = Vec::new();
    for save in saves {
        match save.unwrap() {
            (number, Ok(position)) => winners.push((number, position)),
            (_, Err(error)) => assert_eq!(error.kind, conflict(1, 2)),
        }
    }
    let [(winner, position)] = winners.as_slice() else {
        panic!("one save may win, and {} did", winners.len());
    };
    assert_eq!(*position, Position::new(1, 2));
    let loaded = stores[0]
        .load(&"one".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(loaded.infrastructure.cont_out, winner.to_string());
    for number in 0..32 {
        let expected = usize::from(number == *winner);
        assert_eq!(
            listed(&*stores[0], &user(&format!("user-{number}")))
                .await
                .len(),
            expected
        );
    }
}

pub(crate) async fn one_of_many_owners_wins<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[]);
    store.insert(&inf, &me()).await.unwrap();
    let me = me();
    let claims = join_all((0..32).map(|_| store.acquire(&inf.id, Epoch(1), &me, None))).await;
    assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1);
    for error in claims.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind, conflict(2, 1));
    }
}

pub(crate) async fn one_of_many_inserts_wins<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[]);
    let me = me();
    let inserts = join_all((0..32).map(|_| store.insert(&inf, &me))).await;
    assert_eq!(inserts.iter().filter(|insert| insert.is_ok()).count(), 1);
    for error in inserts.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind, StoreErrorKind::AlreadyExists);
    }
}

pub(crate) async fn many_inserts_all_arrive<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    let infs: Vec<_> = (0..300)
        .map(|number| infrastructure(&format!("inf-{number}"), &[&ann]))
        .collect();
    let me = me();
    for insert in join_all(infs.iter().map(|inf| store.insert(inf, &me))).await {
        assert_eq!(insert.unwrap(), Position::new(1, 1));
    }
    let mut ids = listed(&*store, &ann).await;
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 300);
}

/// Each infrastructure is saved again and again, all at once; no save meets that of another.
pub(crate) async fn chains_of_saves_keep_apart<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let chains = (0..20).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut inf = infrastructure(&format!("inf-{number}"), &[&user("ann")]);
            let mut at = store.insert(&inf, &me()).await.unwrap();
            for round in 0..10 {
                inf.cont_out = format!("{number}, {round}");
                at = store.save(&inf, at).await.unwrap();
            }
            (inf, at)
        })
    });
    for chain in join_all(chains).await {
        let (inf, at) = chain.unwrap();
        assert_eq!(at, Position::new(1, 11));
        assert_eq!(
            store.load(&inf.id).await.unwrap().unwrap().infrastructure,
            inf
        );
    }
}
