//! Transactions that meet at the same rows.

use std::time::Duration;

use im_store::{Position, StoreErrorKind};
use sqlx::Connection;

use crate::backend::MySql;
use crate::server::{execute, skipped};
use crate::suite::{Backend, infrastructure, kind, listed, me, owner, user};

/// A transaction of another program locks first what the save needs last, and then what the save has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_again() {
    if skipped("a_deadlock_is_tried_again") {
        return;
    }
    let backend = MySql::fresh().await;
    let store = backend.store();
    let (ann, bob) = (user("ann"), user("bob"));
    let mut inf = infrastructure("one", &[&ann]);
    let at = store.insert(&inf, &me()).await.unwrap();
    inf.owners = vec![owner(&bob)];
    let mut stranger = backend.server.stranger(&backend.database).await;
    let rows: Vec<String> = (0..500).map(|row| format!("('row-{row}', '')")).collect();
    // The server ends the transaction that has written less.
    let statements = format!(
        "BEGIN; INSERT INTO im_meta(name, value) VALUES {}; \
         INSERT INTO inf_owner(user_key, inf_id, deleted) VALUES('{}', 'one', 0)",
        rows.join(","),
        bob.user_key().as_str()
    );
    execute(&mut stranger, &statements).await;
    let save = tokio::spawn({
        let (store, inf) = (store.clone(), inf.clone());
        async move { store.save(&inf, at).await }
    });
    let mut watcher = backend.server.stranger(&backend.database).await;
    let waits = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND command <> 'Sleep' \
         AND info LIKE '%inf_owner%' AND info NOT LIKE '%processlist%'";
    while sqlx::query_scalar::<_, i64>(waits)
        .fetch_one(&mut watcher)
        .await
        .unwrap()
        == 0
    {
        assert!(!save.is_finished(), "it should wait for the other one");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    execute(
        &mut stranger,
        "UPDATE inf_list SET deleted = deleted WHERE id = 'one'",
    )
    .await;
    let deadlock: String =
        sqlx::query_as::<_, (String, String, String)>("SHOW ENGINE INNODB STATUS")
            .fetch_one(&mut watcher)
            .await
            .unwrap()
            .2;
    assert!(deadlock.contains("LATEST DETECTED DEADLOCK"), "{deadlock}");
    execute(&mut stranger, "ROLLBACK").await;
    assert_eq!(save.await.unwrap().unwrap(), Position::new(1, 2));
    assert_eq!(listed(&*store, &bob).await, ["one"]);
    assert!(listed(&*store, &ann).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_waited_for_and_then_given_up() {
    if skipped("a_lock_is_waited_for_and_then_given_up") {
        return;
    }
    let backend = MySql::fresh().await;
    let store = backend.store();
    let mut inf = infrastructure("one", &[]);
    let at = store.insert(&inf, &me()).await.unwrap();
    let mut stranger = backend.server.stranger(&backend.database).await;
    execute(
        &mut stranger,
        "BEGIN; SELECT * FROM inf_list WHERE id = 'one' FOR UPDATE",
    )
    .await;
    inf.cont_out = "changed".to_owned();
    let (saved, acquired, loaded) = tokio::join!(
        store.save(&inf, at),
        async { store.acquire(&inf.id, at.epoch, &me(), None).await },
        store.load(&inf.id)
    );
    assert_eq!(kind(saved), StoreErrorKind::Unavailable);
    assert_eq!(kind(acquired), StoreErrorKind::Unavailable);
    assert_eq!(loaded.unwrap().unwrap().position, at, "reading goes on");
    // It is definite: nothing is made once the lock is free.
    stranger.close().await.unwrap();
    assert_eq!(store.load(&inf.id).await.unwrap().unwrap().position, at);
    assert_eq!(store.save(&inf, at).await.unwrap(), Position::new(1, 2));
}

/// Saves that change the owners of neighbours, all at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neighbours_do_not_stop_each_other() {
    if skipped("neighbours_do_not_stop_each_other") {
        return;
    }
    let backend = MySql::fresh().await;
    let store = backend.store();
    let chains = (0..24).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut inf = infrastructure(&format!("inf-{number}"), &[&user("ann")]);
            let mut at = store.insert(&inf, &me()).await.unwrap();
            for round in 0..8 {
                let other = user(&format!("user-{}", (number + round) % 5));
                inf.owners = vec![owner(&user("ann")), owner(&other)];
                inf.deleted = round == 7 && number % 2 == 0;
                at = store.save(&inf, at).await.unwrap();
            }
            if inf.deleted {
                store.insert(&inf, &me()).await.unwrap();
            }
        })
    });
    for chain in chains.collect::<Vec<_>>() {
        chain.await.unwrap();
    }
    assert_eq!(listed(&*store, &user("ann")).await.len(), 12);
}
