//! Starting and stopping.

use std::fs;

use crate::support::{Node, NodeBuilder};

#[test]
fn a_node_stops_cleanly_on_sigterm() {
    let mut node = Node::start();
    let answer = node.rest("POST", "/infrastructures", "stop", &crate::support::document(1));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(node.terminate(), "the node ended with an error");
}

#[test]
fn the_database_is_made_where_it_is_wanted() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("deep/er/inf.dat");
    let _node = NodeBuilder::new()
        .directory(directory.path())
        .option("DATA_DB", format!("sqlite://{}", database.display()))
        .start();
    assert!(fs::metadata(&database).expect("the database").len() > 0);
}

#[test]
fn the_version_is_answered_without_credentials() {
    let node = Node::start();
    let answer = crate::support::request(&node.rest, "GET", "/version", &[], "").expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(!answer.body.is_empty());
}
