//! `im haproxy render`, `im check-config --haproxy` and the ends of `im haproxy sync`, as their users run them.

use std::path::PathBuf;
use std::process::{Command, Output};

use im_test_support::Scratch;

fn project() -> PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the project's directory")
}

fn im(words: &[&str], options: &[(&str, &str)]) -> Output {
    let scratch = Scratch::new();
    Command::new(env!("CARGO_BIN_EXE_im"))
        .args(words)
        .current_dir(project())
        .env(
            "IM_DATA_DB",
            format!("sqlite://{}", scratch.path().join("d").display()),
        )
        .envs(options.iter().copied())
        .output()
        .expect("im runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_committed_configuration_is_what_the_command_writes() {
    let words = "haproxy render --node n1=10.0.0.21:8800 --node n2=10.0.0.22:8800 --node n3=10.0.0.23:8800 \
                 --lb lb1=10.0.0.11:10000 --lb lb2=10.0.0.12:10000";
    let output = im(&words.split_whitespace().collect::<Vec<_>>(), &[]);
    let committed =
        std::fs::read_to_string(project().join("haproxy/haproxy.cfg")).expect("the file");
    assert!(
        text(&output.stdout) == committed,
        "haproxy/haproxy.cfg is not what 'im {words}' writes"
    );
}

#[test]
fn nodes_that_are_none_are_refused() {
    for words in [
        "haproxy render --node n1",
        "haproxy render --node a=h:1 --proxy ingress",
        "haproxy render --node a=h:1 --proxy 10.0.0.0/33",
        "haproxy render --node a=h:1 --node a=h:2",
        "haproxy render --node a=h:1 --bind none",
    ] {
        let output = im(&words.split_whitespace().collect::<Vec<_>>(), &[]);
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{words}"
        );
    }
}

#[test]
fn disagreement_is_said_with_file_and_line() {
    let agreed = [
        ("IM_INF_CACHE_TIME", "3600"),
        ("IM_TRUSTED_PROXIES", "10.0.0.11,10.0.0.12"),
    ];
    let output = im(
        &["check-config", "--haproxy", "haproxy/haproxy.cfg"],
        &agreed,
    );
    assert!(output.status.success());
    assert!(
        text(&output.stdout).ends_with("haproxy/haproxy.cfg agrees with the configuration.\n"),
        "{}",
        text(&output.stdout)
    );

    let late = [("IM_INF_CACHE_TIME", "3601"), agreed[1]];
    let output = im(&["check-config", "--haproxy", "haproxy/haproxy.cfg"], &late);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    let finding = said
        .lines()
        .find(|line| line.contains("error"))
        .expect("a finding");
    let number: usize = finding
        .split(':')
        .nth(1)
        .and_then(|number| number.parse().ok())
        .expect("a line");
    let committed =
        std::fs::read_to_string(project().join("haproxy/haproxy.cfg")).expect("the file");
    assert!(
        committed
            .lines()
            .nth(number - 1)
            .is_some_and(|line| line.contains("expire")),
        "{finding}"
    );

    // IM's example works: it has warnings only.
    let output = im(
        &["check-config", "--haproxy", "haproxy/im-example.cfg"],
        &agreed,
    );
    assert!(output.status.success(), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("'stick on' learns from requests"));

    let output = im(&["check-config", "--haproxy", "/nowhere.cfg"], &[]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_haproxy_that_is_not_there_is_said() {
    let output = im(
        &["haproxy", "sync", "--once", "--socket", "/nowhere.sock"],
        &[],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("HAProxy cannot be reached at /nowhere.sock"),
        "{}",
        text(&output.stderr)
    );
}
