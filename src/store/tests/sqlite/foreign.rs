//! Another program writes to a file that this service uses.

use im_domain::Identity;
use im_store::{Position, Store, StoreErrorKind};

use crate::backend::{Sqlite, run};
use crate::suite::{Backend, infrastructure, kind, listed, me, user};

/// Above every epoch that was given out before.
const NEXT_ERA: u64 = (1 << 32) + 1;

const REPLACE: &str = "REPLACE INTO inf_list (id, deleted, date, data, auth) VALUES ('one', 0, date('now'), \
    '{\"id\": \"one\", \"vm_list\": [], \"vm_master\": null, \"radl\": \"\", \"cont_out\": \"theirs\", \
      \"auth\": [{\"username\": \"bob\", \"password\": \"secret\"}]}', \
    '[{\"username\": \"bob\", \"password\": \"secret\"}]')";

async fn expect_theirs(store: &dyn Store, ann: &Identity) {
    let loaded = store.load(&"one".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(loaded.infrastructure.cont_out, "theirs");
    assert_eq!(loaded.position, Position::new(NEXT_ERA, 1));
    assert!(listed(store, ann).await.is_empty());
    assert_eq!(listed(store, &user("bob")).await, ["one"]);
}

#[tokio::test]
async fn its_row_is_adopted_when_it_is_loaded() {
    let backend = Sqlite::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    let inf = infrastructure("one", &[&ann]);
    let ours = store.insert(&inf, &me()).await.unwrap();
    run(backend.directory(), REPLACE).await;
    let refused = kind(store.save(&inf, ours).await);
    assert_eq!(refused, StoreErrorKind::Conflict(Some(Position::new(0, 0))));
    expect_theirs(&*store, &ann).await;
    assert!(
        store.save(&inf, ours).await.is_err(),
        "what was remembered stays fenced off"
    );
    let at = store.save(&inf, Position::new(NEXT_ERA, 1)).await.unwrap();
    assert_eq!(at, Position::new(NEXT_ERA, 2));
}

#[tokio::test]
async fn its_rows_are_adopted_at_the_start() {
    let backend = Sqlite::fresh().await;
    let ann = user("ann");
    backend
        .store()
        .insert(&infrastructure("one", &[&ann]), &me())
        .await
        .unwrap();
    run(backend.directory(), REPLACE).await;
    let store = backend.reopen().await;
    assert_eq!(
        listed(&*store, &user("bob")).await,
        ["one"],
        "before anybody loads it"
    );
    expect_theirs(&*store, &ann).await;
}

#[tokio::test]
async fn each_time_gets_an_era_of_its_own() {
    let backend = Sqlite::fresh().await;
    let store = backend.store();
    for era in 1..4_u64 {
        run(backend.directory(), REPLACE).await;
        let loaded = store.load(&"one".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(loaded.position, Position::new((era << 32) + 1, 1));
    }
}

/// A lock that another program holds: nothing is written, and that is certain.
#[tokio::test]
async fn a_lock_that_is_not_given_up_is_waited_for_and_then_reported() {
    let backend = Sqlite::fresh().await;
    let store = backend.store();
    let mut stranger = crate::backend::stranger(backend.directory()).await;
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut stranger)
        .await
        .unwrap();
    let me = me();
    let (one, two) = (infrastructure("one", &[]), infrastructure("two", &[]));
    let (one, two) = tokio::join!(store.insert(&one, &me), store.insert(&two, &me));
    for outcome in [one, two] {
        assert_eq!(kind(outcome), StoreErrorKind::Unavailable);
    }
    assert!(
        store.list_all().await.unwrap().is_empty(),
        "reading goes on"
    );
    sqlx::query("ROLLBACK")
        .execute(&mut stranger)
        .await
        .unwrap();
    store
        .insert(&infrastructure("one", &[]), &me)
        .await
        .unwrap();
}

/// Changes that wait together are committed together; the one that fails does not take the others with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_fails_harms_no_other_change() {
    let backend = Sqlite::fresh().await;
    let store = backend.store();
    run(
        backend.directory(),
        "CREATE TRIGGER bad_disk AFTER INSERT ON inf_owner WHEN new.inf_id LIKE 'bad%' \
         BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END",
    )
    .await;
    let ann = user("ann");
    let ids: Vec<String> = (0..60)
        .map(|number| format!("{}-{number}", if number % 7 == 3 { "bad" } else { "good" }))
        .collect();
    let infs: Vec<_> = ids.iter().map(|id| infrastructure(id, &[&ann])).collect();
    let me = me();
    let outcomes = futures::future::join_all(infs.iter().map(|inf| store.insert(inf, &me))).await;
    for (id, outcome) in ids.iter().zip(outcomes) {
        let loaded = store.load(&id.parse().unwrap()).await.unwrap();
        if id.starts_with("bad") {
            assert_eq!(kind(outcome), StoreErrorKind::Other, "{id}");
            assert!(loaded.is_none(), "{id} was refused and is there");
        } else {
            assert_eq!(outcome.unwrap(), Position::new(1, 1), "{id}");
            assert!(loaded.is_some(), "{id} was acknowledged and is not there");
        }
    }
    assert_eq!(
        listed(&*store, &ann).await.len(),
        ids.iter().filter(|id| id.starts_with("good")).count()
    );
}
