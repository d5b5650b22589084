//! Another program writes to a database that this service uses.

use im_store::{Position, StoreErrorKind};

use crate::backend::MySql;
use crate::server::skipped;
use crate::suite::{Backend, infrastructure, kind, listed, me, user};

/// Above every epoch that was given out before.
const NEXT_ERA: u64 = (1 << 32) + 1;

const REPLACE: &str = "REPLACE INTO inf_list (id, deleted, date, data, auth) VALUES ('one', 0, now(), \
    '{\"id\": \"one\", \"vm_list\": [], \"vm_master\": null, \"radl\": \"\", \"cont_out\": \"theirs\", \
      \"auth\": [{\"username\": \"bob\", \"password\": \"secret\"}]}', \
    '[{\"username\": \"bob\", \"password\": \"secret\"}]')";

#[tokio::test]
async fn its_row_is_adopted_when_it_is_loaded() {
    if skipped("its_row_is_adopted_when_it_is_loaded") {
        return;
    }
    let backend = MySql::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    let ours = store.insert(&inf, &me()).await.unwrap();
    for era in 1..4_u64 {
        backend.run(REPLACE).await;
        assert_eq!(
            kind(store.save(&inf, ours).await),
            StoreErrorKind::Conflict(Some(Position::new(0, 0)))
        );
        let loaded = store.load(&inf.id).await.unwrap().unwrap();
        assert_eq!(loaded.infrastructure.cont_out, "theirs");
        assert_eq!(loaded.position, Position::new((era << 32) + 1, 1));
        assert!(listed(&*store, &user("ann")).await.is_empty());
        assert_eq!(listed(&*store, &user("bob")).await, ["one"]);
    }
    assert!(
        store.save(&inf, ours).await.is_err(),
        "what was remembered stays fenced off"
    );
}

#[tokio::test]
async fn its_rows_are_adopted_at_the_start() {
    if skipped("its_rows_are_adopted_at_the_start") {
        return;
    }
    let backend = MySql::fresh().await;
    let inf = infrastructure("one", &[&user("ann")]);
    backend.store().insert(&inf, &me()).await.unwrap();
    backend.run(REPLACE).await;
    let store = backend.reopen().await;
    assert_eq!(
        listed(&*store, &user("bob")).await,
        ["one"],
        "before anybody loads it"
    );
    let loaded = store.load(&inf.id).await.unwrap().unwrap();
    assert_eq!(loaded.position, Position::new(NEXT_ERA, 1));
}

/// Many find the same row at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_row_is_adopted_once() {
    if skipped("its_row_is_adopted_once") {
        return;
    }
    let backend = MySql::fresh().await;
    let store = backend.store();
    let id = "one".parse().unwrap();
    backend.run(REPLACE).await;
    let loads = futures::future::join_all((0..16).map(|_| store.load(&id))).await;
    for loaded in loads {
        assert_eq!(
            loaded.unwrap().unwrap().position,
            Position::new(NEXT_ERA, 1)
        );
    }
}
