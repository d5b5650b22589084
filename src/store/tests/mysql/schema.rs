//! Databases that are refused, brought over, or have odd rows.

use im_domain::Identity;
use im_store::{StoreErrorKind, open};

use crate::backend::MySql;
use crate::server::{Server, execute, skipped};
use crate::suite::{Backend, infrastructure, listed, me, user};

const OLD_TABLE: &str = "CREATE TABLE inf_list(rowid INT NOT NULL AUTO_INCREMENT UNIQUE, id VARCHAR(255) PRIMARY KEY, \
    deleted INTEGER, date TIMESTAMP, data LONGTEXT, auth TEXT)";

async fn database(statements: &str) -> String {
    let database = Server::shared().database().await;
    let mut connection = Server::shared().stranger(&database).await;
    execute(&mut connection, statements).await;
    Server::shared().url(&database)
}

#[tokio::test]
async fn the_database_of_a_newer_release_is_refused() {
    if skipped("the_database_of_a_newer_release_is_refused") {
        return;
    }
    let backend = MySql::fresh().await;
    backend
        .run("UPDATE im_meta SET value = '99' WHERE name = 'schema_version'")
        .await;
    let error = open(&backend.server.url(&backend.database))
        .await
        .unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Other);
    assert!(error.to_string().contains("schema 99"), "{error}");
    assert!(error.to_string().contains("a newer release"), "{error}");
}

#[tokio::test]
async fn a_table_without_transactions_is_refused() {
    if skipped("a_table_without_transactions_is_refused") {
        return;
    }
    for table in [
        format!("{OLD_TABLE} ENGINE = MyISAM"),
        format!("{OLD_TABLE} ENGINE = Aria"),
    ] {
        let error = open(&database(&table).await).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Other);
        assert!(
            error
                .to_string()
                .contains("ALTER TABLE inf_list ENGINE = InnoDB"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_table_of_something_else_is_left_alone() {
    if skipped("a_table_of_something_else_is_left_alone") {
        return;
    }
    let url = database("CREATE TABLE inf_list(rowid INT, id VARCHAR(20), thing TEXT)").await;
    let error = open(&url).await.unwrap_err();
    assert!(error.to_string().contains("no column 'deleted'"), "{error}");
}

/// A start that is killed in the middle is gone on with by the next one.
#[tokio::test]
async fn a_step_that_was_begun_is_ended() {
    if skipped("a_step_that_was_begun_is_ended") {
        return;
    }
    let backend = MySql::fresh().await;
    let ann = user("ann");
    let inf = infrastructure("one", &[&ann]);
    let at = backend.store().insert(&inf, &me()).await.unwrap();
    for left in [
        "DELETE FROM im_meta WHERE name = 'schema_version'",
        "DELETE FROM im_meta; DROP TABLE im_intent",
        "DELETE FROM im_meta; DROP TABLE im_intent, im_operation, im_node",
    ] {
        backend.run(left).await;
        let store = backend.reopen().await;
        assert_eq!(store.load(&inf.id).await.unwrap().unwrap().position, at);
        assert_eq!(listed(&*store, &ann).await, ["one"]);
        assert!(store.intents(&inf.id).await.unwrap().is_empty());
    }
}

/// Old servers gave tables another character set, and compared texts by it.
#[tokio::test]
async fn texts_of_an_old_table_are_compared_exactly() {
    if skipped("texts_of_an_old_table_are_compared_exactly") {
        return;
    }
    let rows = format!(
        "{OLD_TABLE} ENGINE = InnoDB ROW_FORMAT = COMPACT DEFAULT CHARSET = latin1; \
         INSERT INTO inf_list(id, deleted, date, data, auth) VALUES('old', 0, '2020-01-02 03:04:05', \
         '{{\"vm_list\": [], \"vm_master\": null, \"auth\": [], \"radl\": \"\", \"cont_out\": \"ñ\"}}', \
         '[{{\"username\": \"añn\", \"password\": \"secret\"}}]')"
    );
    let store = open(&database(&rows).await).await.unwrap();
    let old = store.load(&"old".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(old.infrastructure.cont_out, "ñ");
    assert_eq!(
        listed(&*store, &Identity::new("añn", "secret")).await,
        ["old"]
    );
    let mut inf = infrastructure("OLD", &[&user("😀")]);
    inf.cont_out = "日本語 😀".to_owned();
    store.insert(&inf, &me()).await.unwrap();
    assert_eq!(
        store.load(&inf.id).await.unwrap().unwrap().infrastructure,
        inf
    );
    assert!(store.load(&"Old".parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_spoilt_row_does_not_stop_the_start() {
    if skipped("a_spoilt_row_does_not_stop_the_start") {
        return;
    }
    let rows = format!(
        "{OLD_TABLE} ENGINE = InnoDB DEFAULT CHARSET = utf8mb4; \
        INSERT INTO inf_list(id, deleted, date, data, auth) VALUES \
            ('good', 0, '2020-01-01', '{{\"vm_list\": [], \"vm_master\": null, \"auth\": [], \"radl\": \"\"}}', \
             '[{{\"username\": \"ann\", \"password\": \"secret\"}}]'), \
            ('bad-auth', 0, '2020-01-01', '{{}}', 'no json'), ('nulls', NULL, NULL, NULL, NULL), \
            ('../no/id', 0, '2020-01-01', '{{}}', '[{{\"username\": \"ann\", \"password\": \"secret\"}}]')"
    );
    let store = open(&database(&rows).await).await.unwrap();
    assert_eq!(
        listed(&*store, &Identity::new("ann", "secret")).await,
        ["good"]
    );
    assert_eq!(store.list_all().await.unwrap().len(), 2);
    assert_eq!(store.summaries(None).await.unwrap().len(), 1);
    for id in ["bad-auth", "nulls"] {
        let error = store.load(&id.parse().unwrap()).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Corrupt, "{id}");
    }
}
