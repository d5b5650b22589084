//! The observed answers of the reference, replayed against a real node in every configuration that the scenarios name.
//!
//! The runner and the scenarios are `tests/conformance`; steps that this service answers otherwise on purpose are
//! listed, with the reason of each, in `tests/conformance/deviations.json`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Node, NodeBuilder, project};

/// The APIs, by the names of the folders of their scenarios.
const APIS: [&str; 2] = ["rest", "xmlrpc"];

/// What a node is configured for: the boot mode, and names of `configs.json`.
type Configuration = (u8, &'static [&'static str]);

const BOOT_MODE_0: Configuration = (0, &["admin"]);
const BOOT_MODE_0_ON_A_DATABASE_OF_RELEASE_1_19: Configuration = (0, &["seed_db", "admin"]);
const BOOT_MODE_1: Configuration = (1, &["seed_db"]);
const BOOT_MODE_2: Configuration = (2, &["seed_db"]);
const SEVERAL_ADMINISTRATORS: Configuration = (0, &["admin_list"]);
const CORS: Configuration = (0, &["cors"]);
const USER_DB: Configuration = (0, &["user_db"]);
const USER_DB_MISSING: Configuration = (0, &["user_db_missing"]);
const ONLY_OPENID_CONNECT: Configuration = (0, &["force_oidc"]);
const STATIC_FILES: Configuration = (0, &["static"]);
const MACHINES_AS_JSON_OVER_XML_RPC: Configuration = (0, &["vminfo_json"]);
const ALL: [Configuration; 11] = [
    BOOT_MODE_0,
    BOOT_MODE_0_ON_A_DATABASE_OF_RELEASE_1_19,
    BOOT_MODE_1,
    BOOT_MODE_2,
    SEVERAL_ADMINISTRATORS,
    CORS,
    USER_DB,
    USER_DB_MISSING,
    ONLY_OPENID_CONNECT,
    STATIC_FILES,
    MACHINES_AS_JSON_OVER_XML_RPC,
];

#[test]
fn boot_mode_0() {
    replay(BOOT_MODE_0);
}

#[test]
fn boot_mode_0_on_a_database_of_release_1_19() {
    replay(BOOT_MODE_0_ON_A_DATABASE_OF_RELEASE_1_19);
}

#[test]
fn boot_mode_1() {
    replay(BOOT_MODE_1);
}

#[test]
fn boot_mode_2() {
    replay(BOOT_MODE_2);
}

#[test]
fn several_administrators() {
    replay(SEVERAL_ADMINISTRATORS);
}

#[test]
fn cors() {
    replay(CORS);
}

#[test]
fn user_db() {
    replay(USER_DB);
}

#[test]
fn user_db_missing() {
    replay(USER_DB_MISSING);
}

#[test]
fn only_openid_connect() {
    replay(ONLY_OPENID_CONNECT);
}

#[test]
fn static_files() {
    replay(STATIC_FILES);
}

#[test]
fn machines_as_json_over_xml_rpc() {
    replay(MACHINES_AS_JSON_OVER_XML_RPC);
}

/// Whatever no configuration of these tests replays is named, and counted as skipped.
#[test]
fn every_scenario_has_a_configuration() {
    let corpus = project().join("tests/conformance");
    let known = read_json(&corpus.join("configs.json"));
    let is_additive = |name: &str| known[name]["additive"] == true;
    for api in APIS {
        let mut steps = 0;
        for entry in fs::read_dir(corpus.join(api)).expect("the scenarios") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let scenario = read_json(&path);
            let wanted: Vec<&str> = scenario["with"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let boot_mode = scenario["boot_mode"].as_u64().unwrap_or_default();
            let fits = |(mode, names): &Configuration| {
                u64::from(*mode) == boot_mode
                    && wanted.iter().all(|name| names.contains(name))
                    && names
                        .iter()
                        .all(|name| wanted.contains(name) || is_additive(name))
            };
            if !ALL.iter().any(fits) {
                println!(
                    "skipped scenario {}: it needs {}",
                    scenario["name"],
                    wanted.join(", ")
                );
                steps += scenario["steps"].as_array().map_or(0, Vec::len);
            }
        }
        println!("conformance {api}, without a configuration: 0 passed, 0 failed, {steps} skipped");
    }
}

/// Starts a node in a configuration and replays the scenarios that fit it.
fn replay((boot_mode, configurations): Configuration) {
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
    if configurations.contains(&"seed_db") {
        load_dump(
            &corpus.join("db/sqlite_1_19.sql"),
            &directory.path().join("inf.dat"),
        );
    }
    let node = builder.start();
    run_scenarios(&node, &corpus, boot_mode, configurations);
}

/// Sets the options of a configuration of `configs.json`.
fn configured(
    mut builder: NodeBuilder,
    known: &Value,
    corpus: &Path,
    directory: &Path,
) -> NodeBuilder {
    for (option, value) in known["options"].as_object().expect("options") {
        let value = match value {
            Value::String(text) if text == "@file" => {
                let file = directory.join(option);
                fs::write(&file, known["files"][option].to_string()).expect("the file is written");
                file.display().to_string()
            }
            Value::String(text) if option == "STATIC_FILES_DIR" => {
                corpus.join(text).display().to_string()
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        builder = builder.option(option, value);
    }
    builder
}

fn run_scenarios(node: &Node, corpus: &Path, boot_mode: u8, configurations: &[&str]) {
    let mut faults = String::new();
    for api in APIS {
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
            .arg(corpus.join(api))
            .output()
            .expect("python3 runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let mut last = said.lines().rev();
        let figures = last
            .next()
            .and_then(|line| line.rsplit_once(", "))
            .map_or("no answer", |(figures, _)| figures);
        let deviating = last
            .next()
            .and_then(|line| line.rsplit_once("; "))
            .map_or("", |(_, deviating)| deviating);
        let name = format!(
            "conformance {api}, boot mode {boot_mode}, {}",
            configurations.join(" + ")
        );
        // What a configuration leaves out another one has, or `every_scenario_has_a_configuration` says that none has.
        println!("{name}: {figures}, 0 skipped ({deviating})");
        if !output.status.success() || said.contains("UNNEEDED deviation") {
            faults.push_str(&format!(
                "{name}:\n{said}\n{}\n",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(faults.is_empty(), "{faults}");
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
