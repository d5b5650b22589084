//! Changes that share a transaction.

use std::sync::Arc;

use futures::future::join_all;
use im_domain::{InfId, OperationId};
use im_store::{
    Database, IntentState, JournalChange, OperationState, Position, StoreError, StoreErrorKind,
    open,
};

use crate::proxy::{Loss, Proxy};
use crate::server::{Server, skipped, url};
use crate::suite::{infrastructure, journal, listed, me, user};

const MANY: usize = 60;

/// As a query of the protocol, so that `READ-COMMITTED` is none.
const COMMIT: &str = "\u{3}COMMIT";

/// Inserts many at once, each with an operation, and answers what became of each.
async fn insert_many(store: &Arc<dyn Database>) -> Vec<(InfId, Result<Position, StoreError>)> {
    let inserts = (0..MANY).map(|number| {
        let store = Arc::clone(store);
        async move {
            let inf = infrastructure(&format!("inf-{number}"), &[&user("ann")]);
            let id = OperationId::random();
            let changes = [
                JournalChange::Begin(journal::begin(id)),
                journal::plan(id, 0),
            ];
            let outcome = store.insert_with(&inf, &me(), &changes).await;
            (inf.id, outcome)
        }
    });
    join_all(inserts).await
}

async fn commits(server: &Server, database: &str) -> u64 {
    let mut stranger = server.stranger(database).await;
    let (_, commits): (String, String) = sqlx::query_as("SHOW GLOBAL STATUS LIKE 'Com_commit'")
        .fetch_one(&mut stranger)
        .await
        .unwrap();
    commits.parse().unwrap()
}

#[tokio::test]
async fn changes_that_come_at_once_share_commits() {
    if skipped("changes_that_come_at_once_share_commits") {
        return;
    }
    let server = Server::start();
    let database = server.database().await;
    let store = open(&server.url(&database)).await.unwrap();
    let before = commits(&server, &database).await;
    for (id, outcome) in insert_many(&store).await {
        assert_eq!(outcome.unwrap(), Position::new(1, 1), "{id}");
        assert_eq!(store.intents(&id).await.unwrap().len(), 1);
    }
    let commits = commits(&server, &database).await - before;
    assert!(
        commits < MANY as u64 / 4,
        "{commits} commits for {MANY} that came at once"
    );
    assert_eq!(listed(&*store, &user("ann")).await.len(), MANY);
}

/// What is sent in one text with others says the same as what is sent by itself.
#[tokio::test]
async fn no_text_is_anything_but_a_text() {
    if skipped("no_text_is_anything_but_a_text") {
        return;
    }
    let database = Server::shared().database().await;
    let store = open(&Server::shared().url(&database)).await.unwrap();
    let texts = [
        "",
        "'",
        "\\",
        "\\'; DROP TABLE inf_list; -- ",
        "? and ?? and $1",
        "\0\n\r\u{1a}\t%_",
        "x'27' 0x27 _latin1'",
        "ähm, 名, \u{1f980}",
    ];
    let inserts = texts.iter().enumerate().map(|(number, text)| {
        let store = Arc::clone(&store);
        async move {
            let mut inf = infrastructure(&format!("inf-{number}"), &[&user(&format!("ann{text}"))]);
            inf.cont_out = (*text).to_owned();
            let id = OperationId::random();
            let begin = JournalChange::Begin(journal::begin(id));
            let changes = [begin, journal::plan(id, 0)];
            let at = store.insert_with(&inf, &me(), &changes).await.unwrap();
            inf.cont_out.push_str(text);
            let ended = [
                JournalChange::Mark {
                    seq: 0,
                    state: IntentState::Confirmed,
                    result: Some((*text).to_owned()),
                },
                JournalChange::End(id, OperationState::Done, Some((*text).to_owned())),
            ];
            store.save_with(&inf, at, &ended).await.unwrap();
            let loaded = store.load(&inf.id).await.unwrap().unwrap();
            assert_eq!(loaded.infrastructure.cont_out, inf.cont_out);
            let intents = store.intents(&inf.id).await.unwrap();
            let results: Vec<_> = intents.iter().map(|one| one.result.as_deref()).collect();
            assert_eq!(results, [Some(*text)]);
            let operation = store.operation(&id).await.unwrap().unwrap();
            assert_eq!(operation.outcome.as_deref(), Some(*text));
        }
    });
    join_all(inserts).await;
}

async fn lost(loss: Loss, was_made: bool) {
    let server = Server::shared();
    let proxy = Proxy::to(server.port()).await;
    let database = server.database().await;
    let store = open(&url(proxy.port(), &database)).await.unwrap();
    proxy.lose(&[loss]);
    let outcomes = insert_many(&store).await;
    assert_eq!(proxy.lost(), 1);
    let mut unknown = 0;
    for (id, outcome) in outcomes {
        let there = store.standing(&id).await.unwrap().is_some();
        match outcome {
            Ok(position) => assert_eq!((position, there), (Position::new(1, 1), true), "{id}"),
            Err(error) => {
                assert_eq!(error.kind, StoreErrorKind::Unknown, "{error}");
                assert_eq!(there, was_made, "{id}");
                unknown += 1;
            }
        }
        let intents = store.intents(&id).await.unwrap().len();
        assert_eq!(intents, usize::from(there), "{id}");
    }
    assert!(unknown > 1, "the commit that was lost was not that of many");
}

#[tokio::test]
async fn a_lost_answer_to_the_commit_of_many_is_unknown_for_each() {
    if skipped("a_lost_answer_to_the_commit_of_many_is_unknown_for_each") {
        return;
    }
    lost(Loss::Answer(COMMIT), true).await;
}

#[tokio::test]
async fn a_lost_commit_of_many_is_unknown_for_each() {
    if skipped("a_lost_commit_of_many_is_unknown_for_each") {
        return;
    }
    lost(Loss::Request(COMMIT), false).await;
}

/// Before the commit nothing is in doubt: each is made by itself.
#[tokio::test]
async fn a_transaction_of_many_that_breaks_before_its_commit_is_taken_apart() {
    if skipped("a_transaction_of_many_that_breaks_before_its_commit_is_taken_apart") {
        return;
    }
    let server = Server::shared();
    for loss in [
        Loss::Request("im_intent"),
        Loss::Answer("im_intent"),
        Loss::Request("BEGIN"),
    ] {
        let proxy = Proxy::to(server.port()).await;
        let database = server.database().await;
        let store = open(&url(proxy.port(), &database)).await.unwrap();
        proxy.lose(&vec![loss; 3]);
        for (id, outcome) in insert_many(&store).await {
            assert_eq!(outcome.unwrap(), Position::new(1, 1), "{id}");
            assert_eq!(store.intents(&id).await.unwrap().len(), 1);
        }
        assert_eq!(proxy.lost(), 3);
    }
}

/// One that meets a row which somebody else has locked holds up its own transaction, not those that come later.
#[tokio::test]
async fn who_waits_for_a_lock_is_passed() {
    if skipped("who_waits_for_a_lock_is_passed") {
        return;
    }
    let server = Server::shared();
    let database = server.database().await;
    let store = open(&server.url(&database)).await.unwrap();
    let held = infrastructure("held", &[&user("ann")]);
    let at = store.insert(&held, &me()).await.unwrap();
    let mut stranger = server.stranger(&database).await;
    sqlx::raw_sql("BEGIN; UPDATE inf_list SET date = date WHERE id = 'held'")
        .execute(&mut stranger)
        .await
        .unwrap();
    let waiting = {
        let (store, held) = (Arc::clone(&store), held.clone());
        tokio::spawn(async move { store.save(&held, at).await })
    };
    for (id, outcome) in insert_many(&store).await {
        assert_eq!(outcome.unwrap(), Position::new(1, 1), "{id}");
    }
    assert!(!waiting.is_finished());
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut stranger)
        .await
        .unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), Position::new(1, 2));
}
