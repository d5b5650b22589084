//! `im loglevel` and several nodes.

use std::process::{Command, Output};

use serde_json::Value;

use crate::cluster::{Cluster, Setup, skipped};

fn loglevel(cluster: &Cluster, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_im"))
        .args(["loglevel", "--json", "--config"])
        .arg(cluster.members[0].node.config())
        .args(arguments)
        .output()
        .expect("im runs")
}

/// The nodes and the level of all of each, by name.
fn levels(output: &Output) -> Vec<(String, Value)> {
    let shown: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let root = |node: &Value| {
        let loggers = node["levels"]["loggers"].as_array().expect("loggers");
        let root = loggers.iter().find(|logger| logger["name"] == "root");
        root.expect("the root")["level"].clone()
    };
    let mut levels: Vec<(String, Value)> = shown
        .iter()
        .map(|node| {
            (
                node["node"].as_str().expect("a name").to_owned(),
                root(node),
            )
        })
        .collect();
    levels.sort_by(|one, other| one.0.cmp(&other.0));
    levels
}

#[test]
fn the_levels_of_all_nodes_or_of_one_are_changed_from_anywhere() {
    if skipped("the_levels_of_all_nodes_or_of_one_are_changed_from_anywhere") {
        return;
    }
    let mut cluster = Setup::nodes(2).start();
    let of = |one: &str, other: &str| {
        vec![
            ("n1".to_owned(), Value::from(one)),
            ("n2".to_owned(), Value::from(other)),
        ]
    };
    let all = loglevel(&cluster, &["ERROR"]);
    assert!(
        all.status.success(),
        "{}",
        String::from_utf8_lossy(&all.stderr)
    );
    assert_eq!(levels(&all), of("ERROR", "ERROR"));
    let one = loglevel(&cluster, &["--node", "n2", "DEBUG"]);
    assert!(one.status.success());
    assert_eq!(levels(&loglevel(&cluster, &[])), of("ERROR", "DEBUG"));
    assert!(!loglevel(&cluster, &["--node", "n3"]).status.success());
    // A node that does not answer is told, and the others are asked.
    cluster.members[1].node.signal("STOP");
    let some = loglevel(&cluster, &["--reset"]);
    cluster.members[1].node.signal("CONT");
    assert!(!some.status.success());
    let shown: Vec<Value> = serde_json::from_slice(&some.stdout).expect("JSON");
    let silent = shown.iter().find(|node| node["node"] == "n2");
    let error = silent.expect("the node that stands still")["error"].to_string();
    assert!(error.contains("The node does not answer at "), "{error}");
    cluster.members[0].node.terminate();
}
