//! The observed answers of the reference, through HAProxy, each request at a node chosen by chance: three nodes answer as
//! one does.
//!
//! The runner, the scenarios and the deviations on purpose are those of one node (`tests/conformance`). `InfID` is there
//! only if the node that was asked is the owner, so a step that deviates by that header alone may also pass. And an
//! infrastructure goes to the node through which several requests for it have come, by chance in a row; with it the stored
//! form is read again, which adds `cloud_connector` to it, as it does in the reference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use im_test_support::{MariaDb, Scratch};
use serde_json::Value;

use crate::cluster::{Cluster, Setup, skipped};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance")
}

#[test]
fn boot_mode_0() {
    replay(0, &["admin"]);
}

/// Not each request elsewhere, but to the owner, through the configuration that the project has for HAProxy. It lets no
/// client say by which address it came.
#[test]
fn boot_mode_0_behind_haproxy_as_it_is_to_be() {
    replay_with(Setup::nodes(3), 0, &["admin"], &["forwarded-headers"]);
}

#[test]
fn boot_mode_0_on_a_database_of_release_1_19() {
    replay(0, &["seed_db", "admin"]);
}

#[test]
fn boot_mode_1() {
    replay(1, &["seed_db"]);
}

#[test]
fn boot_mode_2() {
    replay(2, &["seed_db"]);
}

#[test]
fn several_administrators() {
    replay(0, &["admin_list"]);
}

#[test]
fn cors() {
    replay(0, &["cors"]);
}

#[test]
fn user_db() {
    replay(0, &["user_db"]);
}

#[test]
fn user_db_missing() {
    replay(0, &["user_db_missing"]);
}

#[test]
fn only_openid_connect() {
    replay(0, &["force_oidc"]);
}

#[test]
fn static_files() {
    replay(0, &["static"]);
}

/// Starts three nodes in a configuration, each request at a node chosen by chance, and replays the scenarios that fit it.
fn replay(boot_mode: u8, configurations: &[&str]) {
    replay_with(Setup::nodes(3).spread(), boot_mode, configurations, &[]);
}

fn replay_with(setup: Setup, boot_mode: u8, configurations: &[&str], without: &[&str]) {
    if skipped("conformance") {
        return;
    }
    let files = Scratch::new();
    let mut setup = setup
        .option("BOOT_MODE", boot_mode)
        .option("MAX_SIMULTANEOUS_LAUNCHES", 1)
        .option("CONFMAMAGER_CHECK_STATE_INTERVAL", 1);
    let known: Value = read_json(&corpus().join("configs.json"));
    for name in configurations {
        for (option, value) in options(&known[*name], files.path()) {
            setup = setup.option(&option, value);
        }
    }
    let cluster = setup.start_with(|db, database| {
        if configurations.contains(&"seed_db") {
            load_dump(db, database);
        }
    });
    run_scenarios(&cluster, boot_mode, configurations, without);
}

/// The options of a configuration of `configs.json`.
fn options(known: &Value, directory: &Path) -> Vec<(String, String)> {
    let options = known["options"].as_object().expect("options");
    let value = |(option, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) if text == "@file" => {
                let file = directory.join(option);
                fs::write(&file, known["files"][option].to_string()).expect("the file is written");
                file.display().to_string()
            }
            Value::String(text) if option == "STATIC_FILES_DIR" => {
                corpus().join(text).display().to_string()
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (option.clone(), value)
    };
    options.iter().map(value).collect()
}

fn load_dump(db: &MariaDb, database: &str) {
    let dump = fs::read_to_string(corpus().join("db/mysql_1_19.sql")).expect("the dump");
    db.statements(&format!("USE {database};\n{dump}"));
}

fn run_scenarios(cluster: &Cluster, boot_mode: u8, configurations: &[&str], without: &[&str]) {
    let mut command = Command::new("python3");
    command
        .arg(corpus().join("run.py"))
        .args(["--base", &format!("http://{}", cluster.haproxy.address)])
        .args(["--boot-mode", &boot_mode.to_string(), "--quiet-skips"])
        .args(["--without-header", "InfID"])
        .args(["--may-have", "cloud_connector"])
        .arg("--deviations")
        .arg(corpus().join("deviations.json"));
    for name in configurations {
        command.args(["--with", name]);
    }
    for name in without {
        command.args(["--skip", name]);
    }
    let output = command
        .arg(corpus().join("rest"))
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let figures = said.lines().last().unwrap_or("no answer");
    println!(
        "conformance of three nodes, boot mode {boot_mode}, {}: {figures}",
        configurations.join(" + ")
    );
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
}

fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a readable file");
    serde_json::from_str(&text).expect("a JSON document")
}
