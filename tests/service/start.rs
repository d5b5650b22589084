//! Starting and stopping.

use std::fs;

use crate::support::{Node, NodeBuilder};

#[test]
fn a_node_stops_cleanly_on_sigterm() {
    let mut node = Node::start();
    let answer = node.rest(
        "POST",
        "/infrastructures",
        "stop",
        &crate::support::document(1),
    );
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
    let answer =
        crate::support::request(&node.rest, "GET", "/version", &[], "").expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(!answer.body.is_empty());
}

#[test]
fn every_answer_about_an_infrastructure_names_it() {
    let node = Node::start();
    let created = node.rest(
        "POST",
        "/infrastructures",
        "infid",
        &crate::support::document(1),
    );
    assert_eq!(created.status, 200, "{}", created.body);
    let id = created
        .header("infid")
        .expect("the header InfID")
        .to_owned();
    assert!(
        created.body.ends_with(&format!("/infrastructures/{id}")),
        "{}",
        created.body
    );
    for part in [
        "",
        "/state",
        "/radl",
        "/contmsg",
        "/data",
        "/authorization",
        "/vms/0",
        "/vms/0/cpu.count",
    ] {
        let answer = node.rest("GET", &format!("/infrastructures/{id}{part}"), "infid", "");
        assert_eq!(
            (answer.status, answer.header("infid")),
            (200, Some(id.as_str())),
            "{part}: {}",
            answer.body
        );
    }
    let refused = node.rest(
        "GET",
        &format!("/infrastructures/{id}"),
        "somebody else",
        "",
    );
    assert_eq!((refused.status, refused.header("infid")), (403, None));
}
