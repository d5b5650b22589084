//! `im health`, as checks of containers run it.

use std::path::Path;
use std::process::{Command, Output};

use im_test_support::{NodeBuilder, free_port};

use crate::said;

fn health(config: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_im"))
        .args(["health", "--config"])
        .arg(config)
        .args(arguments)
        .output()
        .expect("the command runs")
}

#[track_caller]
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_service_that_lives_is_healthy_and_one_that_has_ended_is_not() {
    let mut node = NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n").start();
    let config = node.directory().join("im.cfg");
    for (arguments, word) in [(&[][..], "alive"), (&["--ready"][..], "ready")] {
        let output = health(&config, arguments);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        assert!(said.contains(word), "{said}");
    }
    node.kill();
    let complaint = complaint(&health(&config, &[]));
    assert!(complaint.contains("/livez at 127.0.0.1:"), "{complaint}");
    assert!(complaint.contains("gave no answer"), "{complaint}");
}

#[test]
fn a_service_that_stands_still_is_not_healthy() {
    let node = NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n").start();
    node.signal("STOP");
    let output = health(&node.directory().join("im.cfg"), &["--timeout", "1"]);
    assert!(complaint(&output).contains("gave no answer"));
}

#[test]
fn a_service_with_tls_is_asked_over_tls_and_must_be_the_one_of_the_configuration() {
    let scratch = im_test_support::Scratch::new();
    let certificate = |name: &str| {
        let at = |suffix: &str| {
            scratch
                .path()
                .join(format!("{name}.{suffix}"))
                .display()
                .to_string()
        };
        said(
            Command::new("openssl")
                .args([
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                ])
                .args([
                    "-nodes",
                    "-subj",
                    "/CN=im.example.org",
                    "-keyout",
                    &at("key"),
                    "-out",
                    &at("pem"),
                ]),
        );
        (at("key"), at("pem"))
    };
    let (key, pem) = certificate("own");
    let node = NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n")
        .option("REST_SSL", "True")
        .option("REST_SSL_KEYFILE", &key)
        .option("REST_SSL_CERTFILE", &pem)
        .option("REST_SSL_CA_CERTS", "")
        .start();
    let config = node.directory().join("im.cfg");
    let output = health(&config, &["--ready"]);
    assert!(output.status.success(), "{output:?}");

    let (_, other) = certificate("other");
    let text = std::fs::read_to_string(&config).expect("im.cfg");
    let forged = scratch.path().join("im.cfg");
    std::fs::write(&forged, text.replace(&pem, &other)).expect("im.cfg is written");
    assert!(complaint(&health(&forged, &[])).contains("gave no answer"));
}

#[test]
fn what_cannot_be_asked_is_said() {
    let scratch = im_test_support::Scratch::new();
    let config = scratch.path().join("im.cfg");
    let with = |text: &str| {
        std::fs::write(&config, format!("[im]\n{text}\n")).expect("im.cfg is written");
        complaint(&health(&config, &[]))
    };
    assert!(with("ACTIVATE_REST = False").contains("ACTIVATE_REST is off"));
    assert!(with("ACTIVATE_REST = True\nREST_PORT = 0").contains("REST_PORT is 0"));
    let port = free_port();
    let complaint = with(&format!("ACTIVATE_REST = True\nREST_PORT = {port}"));
    assert!(
        complaint.contains(&format!("0.0.0.0:{port}")),
        "{complaint}"
    );
}
