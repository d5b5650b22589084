//! A database that release 1.19 made.

use std::path::Path;
use std::sync::Arc;

use im_domain::{Identity, InfId, VmState, stored};
use im_store::{Database, Position, open};

use crate::server::{Server, execute, skipped};
use crate::suite::{listed, me};

const PREFIX: &str = "5eed0000-0000-11ef-8000-00000000000";

fn id(end: char) -> InfId {
    format!("{PREFIX}{end}").parse().unwrap()
}

fn ends(ids: &[String]) -> String {
    ids.iter().filter_map(|id| id.chars().last()).collect()
}

async fn seeded() -> String {
    let server = Server::shared();
    let database = server.database().await;
    let dump =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/db/mysql_1_19.sql");
    let dump = std::fs::read_to_string(dump).unwrap();
    let mut connection = server.stranger(&database).await;
    // The first line is for the command line client alone.
    let (_, statements) = dump.split_once('\n').unwrap();
    execute(&mut connection, statements).await;
    database
}

async fn existing() -> (String, Arc<dyn Database>) {
    let database = seeded().await;
    let store = open(&Server::shared().url(&database)).await.unwrap();
    (database, store)
}

#[tokio::test]
async fn its_users_list_what_they_own() {
    if skipped("its_users_list_what_they_own") {
        return;
    }
    let (_database, store) = existing().await;
    let seed = Identity::new("seeduser", "seedpass");
    let other = Identity::new("otheruser", "otherpass");
    assert_eq!(ends(&listed(&*store, &seed).await), "a764321");
    assert_eq!(ends(&listed(&*store, &other).await), "b87");
    for stranger in ["seed%", "SEEDUSER", "séeduser"] {
        let stranger = Identity::new(stranger, "seedpass");
        assert!(listed(&*store, &stranger).await.is_empty());
    }
    assert_eq!(store.list_all().await.unwrap().len(), 9);
    assert_eq!(store.summaries(None).await.unwrap().len(), 11);
    let summaries = store.summaries(Some(&[seed.user_key()])).await.unwrap();
    assert_eq!(summaries.len(), 9, "deleted ones count");
    let moments = 1_795_346_061..=1_795_346_067;
    for summary in summaries {
        assert!(
            moments.contains(&summary.last_saved.unwrap()),
            "{summary:?}"
        );
    }
}

#[tokio::test]
async fn its_infrastructures_go_on() {
    if skipped("its_infrastructures_go_on") {
        return;
    }
    let (database, store) = existing().await;
    let loaded = store.load(&id('2')).await.unwrap().unwrap();
    assert_eq!((loaded.position, loaded.owner), (Position::new(1, 1), None));
    assert_eq!(loaded.infrastructure.state(), VmState::Configured);
    let dead = store.load(&id('5')).await.unwrap().unwrap();
    assert!(dead.infrastructure.deleted);

    let at = store
        .acquire(&id('2'), loaded.position.epoch, &me(), None)
        .await
        .unwrap();
    let mut changed = loaded.infrastructure;
    changed.cont_out.push_str("changed here\n");
    store.save(&changed, at).await.unwrap();
    let seed = Identity::new("seeduser", "seedpass");
    assert_eq!(ends(&listed(&*store, &seed).await), "2a76431");

    // What release 1.19 asks for, and what it expects in the columns.
    let mut connection = Server::shared().stranger(&database).await;
    let ids: Vec<String> =
        sqlx::query_scalar("select id from inf_list where deleted = 0 order by rowid desc")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(ends(&ids), "ba8764321");
    let row: (String, i32, String) =
        sqlx::query_as("select data, deleted, auth from inf_list where id = ?")
            .bind(id('2').as_str())
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(row.0, stored::write(&changed));
    assert_eq!(row.1, 0);
    assert_eq!(row.2, stored::write_owners(&changed.owners));
    let found: Vec<String> = sqlx::query_scalar(
        "select id from inf_list where deleted = 0 and match(auth) against ('otheruser')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(found.len(), 3, "its full-text index is still there");
}

#[tokio::test]
async fn opening_it_again_changes_nothing() {
    if skipped("opening_it_again_changes_nothing") {
        return;
    }
    let (database, store) = existing().await;
    let before = store.load(&id('7')).await.unwrap().unwrap();
    drop(store);
    let store = open(&Server::shared().url(&database)).await.unwrap();
    let after = store.load(&id('7')).await.unwrap().unwrap();
    assert_eq!(
        (before.infrastructure, before.position),
        (after.infrastructure, after.position)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_open_it_at_once_bring_it_over_once() {
    if skipped("many_that_open_it_at_once_bring_it_over_once") {
        return;
    }
    let url = Server::shared().url(&seeded().await);
    let openings = (0..6).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { open(&url).await.unwrap() })
    });
    for opening in openings.collect::<Vec<_>>() {
        let store = opening.await.unwrap();
        assert_eq!(store.list_all().await.unwrap().len(), 9);
        let loaded = store.load(&id('2')).await.unwrap().unwrap();
        assert_eq!(loaded.position, Position::new(1, 1));
    }
}
