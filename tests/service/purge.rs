//! `im purge`: what was destroyed goes for good, and nothing else.

use std::path::Path;
use std::process::Command;

use crate::support::{NodeBuilder, document};

#[test]
fn only_what_was_destroyed_before_the_day_goes() {
    let directory = tempfile::tempdir().expect("a directory");
    let ids: Vec<String> = {
        let mut node = NodeBuilder::new().directory(directory.path()).start();
        let ids: Vec<String> = (0..3)
            .map(|_| {
                let created = node.rest("POST", "/infrastructures", "purge", &document(1));
                assert_eq!(created.status, 200, "{}", created.body);
                created.body.rsplit('/').next().expect("an id").to_owned()
            })
            .collect();
        for id in &ids[1..] {
            let destroyed = node.rest("DELETE", &format!("/infrastructures/{id}"), "purge", "");
            assert_eq!(destroyed.status, 200, "{}", destroyed.body);
        }
        assert!(node.terminate());
        ids
    };
    let purge = |arguments: &[&str]| purge(directory.path(), arguments);
    assert!(purge(&["2001-01-01"]).starts_with("0 "));
    assert!(purge(&["2999-01-01", "--dry-run"]).starts_with("2 "));
    assert!(purge(&["2999-01-01"]).starts_with("2 "));
    assert!(purge(&["2999-01-01"]).starts_with("0 "));

    let node = NodeBuilder::new().directory(directory.path()).start();
    let listed = node.rest("GET", "/infrastructures", "purge", "");
    assert!(
        listed.body.ends_with(&ids[0]) && listed.body.lines().count() == 1,
        "{}",
        listed.body
    );
}

#[test]
fn a_wrong_day_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO_BIN_EXE_im"))
        .args(["purge", "yesterday"])
        .current_dir(directory.path())
        .env_clear()
        .env("HOME", directory.path())
        .output()
        .expect("im runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("YYYY-MM-DD"));
}

/// What the command says.
fn purge(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_im"))
        .arg("purge")
        .args(arguments)
        .arg("--config")
        .arg(directory.join("im.cfg"))
        .env_clear()
        .env("HOME", directory)
        .output()
        .expect("im runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
