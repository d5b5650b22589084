//! A database that release 1.19 made.

use std::path::Path;
use std::sync::Arc;

use im_domain::{Identity, InfId, VmState, stored};
use im_store::{Position, Store, open};
use tempfile::TempDir;

use crate::backend::{run, stranger, url};
use crate::suite::{listed, me};

const PREFIX: &str = "5eed0000-0000-11ef-8000-00000000000";

async fn existing() -> (TempDir, Arc<dyn Store>) {
    let directory = tempfile::tempdir().unwrap();
    let dump =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/db/sqlite_1_19.sql");
    run(&directory, &std::fs::read_to_string(dump).unwrap()).await;
    let store = open(&url(&directory)).await.unwrap();
    (directory, store)
}

fn id(end: char) -> InfId {
    format!("{PREFIX}{end}").parse().unwrap()
}

fn ends(ids: &[String]) -> String {
    ids.iter().filter_map(|id| id.chars().last()).collect()
}

#[tokio::test]
async fn its_users_list_what_they_own() {
    let (_directory, store) = existing().await;
    let seed = Identity::new("seeduser", "seedpass");
    let other = Identity::new("otheruser", "otherpass");
    assert_eq!(ends(&listed(&*store, &seed).await), "a764321");
    assert_eq!(ends(&listed(&*store, &other).await), "b87");
    assert!(
        listed(&*store, &Identity::new("seed%", "seedpass"))
            .await
            .is_empty()
    );
    assert_eq!(store.list_all().await.unwrap().len(), 9);
    assert_eq!(store.summaries(None).await.unwrap().len(), 11);
    let summaries = store.summaries(Some(&[seed.user_key()])).await.unwrap();
    assert_eq!(summaries.len(), 9, "deleted ones count");
    assert!(
        summaries
            .iter()
            .all(|summary| summary.last_saved == Some(1_795_305_600))
    );
}

#[tokio::test]
async fn its_infrastructures_go_on() {
    let (directory, store) = existing().await;
    let loaded = store.load(&id('2')).await.unwrap().unwrap();
    assert_eq!(loaded.position, Position::new(1, 1));
    assert_eq!(loaded.infrastructure.state(), VmState::Configured);
    assert!(
        store
            .load(&id('5'))
            .await
            .unwrap()
            .unwrap()
            .infrastructure
            .deleted
    );

    let at = store
        .acquire(&id('2'), loaded.position.epoch, &me(), None)
        .await
        .unwrap();
    let mut changed = loaded.infrastructure;
    changed.cont_out.push_str("changed here\n");
    store.save(&changed, at).await.unwrap();

    // What release 1.19 asks for, and what it expects in the columns.
    let mut connection = stranger(&directory).await;
    let ids: Vec<String> =
        sqlx::query_scalar("select id from inf_list where deleted = 0 order by rowid desc")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(ends(&ids), "2ba876431");
    let row: (String, i64, String, String) =
        sqlx::query_as("select data, deleted, date, auth from inf_list where id = ?1")
            .bind(id('2').as_str())
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(row.0, stored::write(&changed));
    assert_eq!(row.1, 0);
    assert_eq!(row.2.len(), "2026-11-22".len());
    assert_eq!(row.3, stored::write_owners(&changed.owners));
}

#[tokio::test]
async fn opening_it_again_changes_nothing() {
    let (directory, store) = existing().await;
    let before = store.load(&id('7')).await.unwrap().unwrap();
    drop(store);
    let store = open(&url(&directory)).await.unwrap();
    let after = store.load(&id('7')).await.unwrap().unwrap();
    assert_eq!(
        (before.infrastructure, before.position),
        (after.infrastructure, after.position)
    );
}

#[tokio::test]
async fn two_that_open_it_at_once_bring_it_over_once() {
    let directory = tempfile::tempdir().unwrap();
    let dump =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/db/sqlite_1_19.sql");
    run(&directory, &std::fs::read_to_string(dump).unwrap()).await;
    let address = url(&directory);
    let (one, two) = tokio::join!(open(&address), open(&address));
    assert_eq!(one.unwrap().list_all().await.unwrap().len(), 9);
    assert_eq!(two.unwrap().list_all().await.unwrap().len(), 9);
}

#[tokio::test]
async fn a_spoilt_row_does_not_stop_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let rows = "CREATE TABLE inf_list(id VARCHAR(255) PRIMARY KEY, deleted INTEGER, date TIMESTAMP, data TEXT, auth TEXT);
        INSERT INTO inf_list VALUES('good', 0, '2020-01-01', '{\"vm_list\": [], \"vm_master\": null, \"auth\": [], \"radl\": \"\"}',
            '[{\"username\": \"ann\", \"password\": \"secret\"}]');
        INSERT INTO inf_list VALUES('bad-auth', 0, '2020-01-01', '{}', 'no json');
        INSERT INTO inf_list VALUES('blobs', 0, '2020-01-01', x'ff00', x'ff00');
        INSERT INTO inf_list VALUES('nulls', NULL, NULL, NULL, NULL);
        INSERT INTO inf_list VALUES('../no/id', 0, '2020-01-01', '{}', '[{\"username\": \"ann\", \"password\": \"secret\"}]');";
    run(&directory, rows).await;
    let store = open(&url(&directory)).await.unwrap();
    assert_eq!(
        listed(&*store, &Identity::new("ann", "secret")).await,
        ["good"]
    );
    assert_eq!(store.list_all().await.unwrap().len(), 3);
    assert_eq!(store.summaries(None).await.unwrap().len(), 1);
    for id in ["bad-auth", "blobs", "nulls"] {
        let error = store.load(&id.parse().unwrap()).await.unwrap_err();
        assert_eq!(error.kind, im_store::StoreErrorKind::Corrupt, "{id}");
    }
}
