//! What the server is asked to prepare and to close.

use im_domain::OperationId;
use im_store::{IntentState, JournalChange, open};

use crate::server::{Server, skipped};
use crate::suite::{infrastructure, journal, me, user};

/// A statement that is closed holds the next one back by tens of milliseconds: changes of any size close none.
#[tokio::test]
async fn changes_of_any_size_close_no_statement() {
    if skipped("changes_of_any_size_close_no_statement") {
        return;
    }
    let server = Server::start();
    let database = server.database().await;
    let store = open(&server.url(&database)).await.unwrap();
    for machines in 1..=40_u64 {
        let inf = infrastructure(&format!("inf-{machines}"), &[&user("ann")]);
        let id = OperationId::random();
        let mut changes = vec![JournalChange::Begin(journal::begin(id))];
        changes.extend((0..machines).map(|seq| journal::plan(id, seq)));
        let at = store.insert_with(&inf, &me(), &changes).await.unwrap();
        // Some with an answer, some without.
        let marks = (0..machines).map(|seq| {
            let answer = (seq % 7 != 3).then_some("vm");
            journal::mark(seq, IntentState::Confirmed, answer)
        });
        let marks: Vec<_> = marks.collect();
        store.save_with(&inf, at, &marks).await.unwrap();
        let intents = store.intents(&inf.id).await.unwrap();
        assert_eq!(intents.len() as u64, machines);
        assert!(
            intents
                .iter()
                .all(|intent| intent.state == IntentState::Confirmed)
        );
    }
    let mut stranger = server.stranger(&database).await;
    let (_, closed): (String, String) = sqlx::query_as("SHOW GLOBAL STATUS LIKE 'Com_stmt_close'")
        .fetch_one(&mut stranger)
        .await
        .unwrap();
    assert_eq!(closed, "0");
}
