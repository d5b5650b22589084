//! `im status`: what it says of nodes, and of an infrastructure.

use std::process::Command;

use im_test_support::until;
use serde_json::Value;

use crate::cluster::{Cluster, Setup, skipped};

/// What `im status --json` prints, with the configuration of the first node.
fn status(cluster: &Cluster, of: &[&str]) -> Value {
    let shown = Command::new(env!("CARGO_BIN_EXE_im"))
        .args(["status", "--json", "--config"])
        .arg(cluster.members[0].node.config())
        .args(of)
        .output()
        .expect("im runs");
    let complaints = String::from_utf8_lossy(&shown.stderr).into_owned();
    assert!(shown.status.success(), "{complaints}");
    serde_json::from_slice(&shown.stdout).expect("JSON")
}

/// What it says of a node.
fn node<'a>(status: &'a Value, name: &str) -> &'a Value {
    let nodes = status["nodes"].as_array().expect("a list of nodes");
    let mut of_name = nodes.iter().filter(|node| node["name"] == name);
    of_name.next_back().expect("the node")
}

#[test]
fn nodes_and_owners_are_shown() {
    if skipped("nodes_and_owners_are_shown") {
        return;
    }
    let mut cluster = Setup::nodes(2).own(1, "BOOT_MODE", 2).start();
    let id = cluster.members[0]
        .node
        .call(
            "POST",
            "/infrastructures",
            "ana",
            &im_test_support::document(1),
        )
        .id();
    let shown = status(&cluster, &[]);
    let (first, second) = (node(&shown, "n1"), node(&shown, "n2"));
    assert_eq!(first["state"], "alive");
    assert_eq!(first["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(first["says"]["holds"], 1, "{shown}");
    assert_eq!(first["says"]["redis"], true);
    assert_eq!(first["says"]["running"], Value::Array(Vec::new()));
    assert_eq!(
        (&second["boot_mode"], &second["says"]["holds"]),
        (&2.into(), &0.into())
    );
    let of_inf = status(&cluster, &[&id]);
    assert_eq!(of_inf["node"]["name"], "n1");
    assert_eq!(of_inf["owner"], first["boot"]);
    assert_eq!(of_inf["epoch"], 1);
    assert_eq!(of_inf["open_intents"], Value::Array(Vec::new()));

    cluster.members[1].node.kill();
    until("its death is seen", || {
        node(&status(&cluster, &[]), "n2")["state"] == "dead"
    });
    assert_eq!(node(&status(&cluster, &[]), "n2")["says"], Value::Null);
}

#[test]
fn what_is_not_there_and_what_is_no_id_is_said() {
    if skipped("what_is_not_there_and_what_is_no_id_is_said") {
        return;
    }
    let cluster = Setup::nodes(1).start();
    for (of, words) in [
        (
            "11111111-2222-3333-4444-555555555555",
            "There never was an infrastructure",
        ),
        ("a/b", "cannot be the id of an infrastructure"),
    ] {
        let shown = Command::new(env!("CARGO_BIN_EXE_im"))
            .args(["status", of, "--config"])
            .arg(cluster.members[0].node.config())
            .output()
            .expect("im runs");
        assert_eq!(shown.status.code(), Some(1));
        let said = [shown.stdout, shown.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.contains(words), "{said}");
    }
}
