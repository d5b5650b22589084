//! The observed answers of the reference, replayed against a real node in every configuration that the scenarios name.
//!
//! The runner and the scenarios are `tests/conformance`; steps that this service answers otherwise on purpose are
//! listed, with the reason of each, in `tests/conformance/deviations.json`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Node, NodeBuilder, project};

#[test]
fn boot_mode_0() {
    replay(0, &["admin"], false);
}

#[test]
fn boot_mode_0_on_a_database_of_release_1_19() {
    replay(0, &["seed_db", "admin"], true);
}

#[test]
fn boot_mode_1() {
    replay(1, &["seed_db"], true);
}

#[test]
fn boot_mode_2() {
    replay(2, &["seed_db"], true);
}

#[test]
fn several_administrators() {
    replay(0, &["admin_list"], false);
}

#[test]
fn cors() {
    replay(0, &["cors"], false);
}

#[test]
fn user_db() {
    replay(0, &["user_db"], false);
}

#[test]
fn user_db_missing() {
    replay(0, &["user_db_missing"], false);
}

#[test]
fn only_openid_connect() {
    replay(0, &["force_oidc"], false);
}

#[test]
fn static_files() {
    replay(0, &["static"], false);
}

#[test]
fn machines_as_json_over_xml_rpc() {
    replay(0, &["vminfo_json"], false);
}

/// Starts a node in a configuration and replays the scenarios that fit it.
fn replay(boot_mode: u8, configurations: &[&str], seeded: bool) {
    let corpus = project().join("tests/conformance");
    let directory = tempfile::tempdir().expect("a directory");
    let mut builder = NodeBuilder::new()
        .directory(directory.path())
        .option("BOOT_MODE", boot_mode)
        .option("MAX_SIMULTANEOUS_LAUNCHES", 1);
    let known: Value = read_json(&corpus.join("configs.json"));
    for name in configurations {
        builder = configured(builder, &known[*name], &corpus, directory.path());
    }
    if seeded {
        load_dump(&corpus.join("db/sqlite_1_19.sql"), &directory.path().join("inf.dat"));
    }
    let node = builder.start();
    run_scenarios(&node, &corpus, boot_mode, configurations);
}

/// Sets the options of a configuration of `configs.json`.
fn configured(mut builder: NodeBuilder, known: &Value, corpus: &Path, directory: &Path) -> NodeBuilder {
    for (option, value) in known["options"].as_object().expect("options") {
        let value = match value {
            Value::String(text) if text == "@file" => {
                let file = directory.join(option);
                fs::write(&file, known["files"][option].to_string()).expect("the file is written");
                file.display().to_string()
            }
            Value::String(text) if option == "STATIC_FILES_DIR" => corpus.join(text).display().to_string(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        builder = builder.option(option, value);
    }
    builder
}

fn run_scenarios(node: &Node, corpus: &Path, boot_mode: u8, configurations: &[&str]) {
    let mut command = Command::new("python3");
    command
        .arg(corpus.join("run.py"))
        .args(["--base", &format!("http://{}", node.rest)])
        .args(["--xmlrpc-url", &format!("http://{}", node.xmlrpc)])
        .args(["--boot-mode", &boot_mode.to_string(), "--quiet-skips"])
        .arg("--deviations")
        .arg(corpus.join("deviations.json"));
    for name in configurations {
        command.args(["--with", name]);
    }
    let output = command
        .args([corpus.join("rest"), corpus.join("xmlrpc")])
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let name = format!("conformance, boot mode {boot_mode}, {}", configurations.join(" + "));
    println!("{name}: {}", said.lines().last().unwrap_or("no answer"));
    assert!(
        output.status.success(),
        "{name}:\n{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!said.contains("UNNEEDED deviation"), "{name}: a deviation is not needed:\n{said}");
}

/// Makes a SQLite database from its dump.
fn load_dump(dump: &Path, database: &Path) {
    let script = "import sqlite3, sys; sqlite3.connect(sys.argv[2]).executescript(open(sys.argv[1], encoding='utf-8').read())";
    let status = Command::new("python3")
        .args(["-c", script])
        .args([dump, database])
        .status()
        .expect("python3 runs");
    assert!(status.success(), "the dump was loaded");
}

fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a readable file");
    serde_json::from_str(&text).expect("a JSON document")
}
