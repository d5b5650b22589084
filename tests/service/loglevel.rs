//! `im loglevel` and a node that is alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use im_test_support::{Node, NodeBuilder, document};
use serde_json::Value;

fn node() -> NodeBuilder {
    NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n1").option("LOG_LEVEL", "WARNING")
}

fn socket(node: &Node) -> PathBuf {
    node.directory().join("inf.dat.sock")
}

fn loglevel(node: &Node, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_im"))
        .args(["loglevel", "--config"])
        .arg(node.config())
        .args(arguments)
        .output()
        .expect("im runs")
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// The level of a logger, as it is shown.
fn level(node: &Node, logger: &str) -> Value {
    let output = loglevel(node, &["--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let loggers = shown[0]["levels"]["loggers"].as_array().expect("loggers");
    let found = loggers.iter().find(|shown| shown["name"] == logger);
    found.map_or(Value::Null, |found| found["level"].clone())
}

/// How many lines an infrastructure gets, whatever it says.
fn lines(node: &Node) -> usize {
    let before = node.log().lines().count();
    let answer = node.call("POST", "/infrastructures", "logger", &document(1));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let marker = loglevel(node, &["marker=INFO"]);
    assert!(marker.status.success());
    im_test_support::until("the change is logged", || {
        node.log()
            .lines()
            .skip(before)
            .any(|line| line.contains("marker=INFO"))
    });
    node.log()
        .lines()
        .skip(before)
        .filter(|line| !line.contains("marker=INFO"))
        .count()
}

#[test]
fn levels_change_while_the_node_runs() {
    let mut node = node().start();
    assert_eq!(lines(&node), 0);
    let changed = loglevel(&node, &["DEBUG"]);
    assert!(changed.status.success(), "{}", said(&changed));
    let head = said(&changed)
        .lines()
        .take(2)
        .map(ToOwned::to_owned)
        .collect::<Vec<_>>();
    let words: Vec<Vec<&str>> = head
        .iter()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        words,
        [
            vec!["NODE", "LOGGER", "LEVEL", "HANDLERS"],
            vec!["n1", "marker", "INFO"]
        ]
    );
    assert_eq!(level(&node, "root"), "DEBUG");
    assert!(lines(&node) > 0);
    assert!(
        loglevel(&node, &["--reset", "ERROR", "InfrastructureManager=INFO"])
            .status
            .success()
    );
    assert_eq!(level(&node, "root"), "ERROR");
    assert_eq!(level(&node, "InfrastructureManager"), "INFO");
    assert_eq!(level(&node, "marker"), Value::Null);
    assert!(loglevel(&node, &["--reset"]).status.success());
    assert_eq!(level(&node, "root"), "WARNING");
    assert!(node.terminate().success());
    assert!(!socket(&node).exists(), "the socket stays behind");
}

#[test]
fn what_is_wrong_is_refused_and_changes_nothing() {
    let node = node().start();
    for (arguments, expected) in [
        (
            &["LOUD"][..],
            "'LOUD' is no level; DEBUG, INFO, WARNING, ERROR or CRITICAL was expected",
        ),
        (
            &["DEBUG", "handler_x=INFO"][..],
            "error: n1: There is no handler 'x'; one of these was expected: LOG_FILE.",
        ),
        (&["a b=INFO"][..], "'a b' cannot be the name of a logger"),
        (&["--node", "n2"][..], "--node is for several nodes"),
    ] {
        let output = loglevel(&node, arguments);
        assert!(!output.status.success());
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
    assert_eq!(level(&node, "root"), "WARNING");
}

#[test]
fn the_socket_is_for_its_user_and_is_not_taken_from_another_node() {
    let mut node = node().start();
    let mode = fs::metadata(socket(&node))
        .expect("the socket")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    node.kill();
    assert!(socket(&node).exists(), "it stays after a death");
    let silent = loglevel(&node, &[]);
    assert!(!silent.status.success());
    assert!(
        said(&silent).contains("The node does not answer at "),
        "{}",
        said(&silent)
    );
    node.run();
    assert_eq!(level(&node, "root"), "WARNING");
    node.kill();
    // Somebody else listens there now.
    fs::remove_file(socket(&node)).expect("removed");
    let _other = UnixListener::bind(socket(&node)).expect("bound");
    node.run();
    assert!(
        node.log().contains("im loglevel cannot ask this node."),
        "{}",
        node.log()
    );
    node.kill();
    node.set("CONTROL_SOCKET", socket(&node).display());
    node.launch();
    assert!(!node.process().wait().success());
    assert!(
        node.complaints().contains("CONTROL_SOCKET names it."),
        "{}",
        node.complaints()
    );
}

#[test]
fn another_user_is_not_answered() {
    let node = node().start();
    // The rights of the file alone are not relied upon.
    fs::set_permissions(socket(&node), PermissionsExt::from_mode(0o666)).expect("opened for all");
    fs::set_permissions(node.directory(), PermissionsExt::from_mode(0o755))
        .expect("opened for all");
    let ask = "import socket, sys\n\
               s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'{\"reset\": false, \"set\": []}\\n')\n\
               print(s.recv(10))";
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=65534",
        "--clear-groups",
        "/usr/bin/python3",
        "-c",
        ask,
    ]);
    let output = command.arg(socket(&node)).output().expect("setpriv runs");
    if said(&output).contains("setpriv: ") || !Path::new("/usr/bin/python3").exists() {
        println!(
            "skipped: another_user_is_not_answered: this user cannot be another one, or there is no python3"
        );
        return;
    }
    // Closed without an answer, before or after it was read.
    let said = said(&output);
    assert!(
        said.trim() == "b''" || said.contains("ConnectionReset") || said.contains("BrokenPipe"),
        "{said}"
    );
    UnixStream::connect(socket(&node)).expect("its own user is heard");
    assert_eq!(level(&node, "root"), "WARNING");
}
