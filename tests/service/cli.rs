//! The commands, as a user runs them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn im(args: &[&str], stdin: &str, directory: &Path) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_im"))
        .args(args)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("im starts");
    child
        .stdin
        .take()
        .expect("standard input")
        .write_all(stdin.as_bytes())
        .expect("it is read");
    child.wait_with_output().expect("im ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn validate_names_file_line_and_column() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(
        directory.path().join("bad.radl"),
        "system s (\ncpu.count == 1\n)\n",
    )
    .expect("written");
    fs::write(
        directory.path().join("good.radl"),
        "system s (cpu.count = 1)\ndeploy s 1\n",
    )
    .expect("written");
    let output = im(&["validate", "good.radl", "bad.radl"], "", directory.path());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "good.radl: ok\n");
    let complaint = text(&output.stderr);
    assert!(complaint.starts_with("bad.radl:2:12: "), "{complaint}");
    assert!(complaint.contains("expected"), "{complaint}");
}

#[test]
fn validate_tells_an_unreadable_file_from_a_wrong_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = im(&["validate", "missing.radl"], "", directory.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("missing.radl cannot be read"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn convert_reads_standard_input_and_goes_there_and_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let radl = "system s (\ncpu.count >= 1\n)\n\ndeploy s 1\n";
    let json = im(
        &["convert", "-", "--from", "radl", "--to", "json"],
        radl,
        directory.path(),
    );
    assert!(json.status.success(), "{}", text(&json.stderr));
    let back = im(
        &["convert", "-", "--from", "json", "--to", "radl"],
        &text(&json.stdout),
        directory.path(),
    );
    assert!(back.status.success(), "{}", text(&back.stderr));
    let direct = im(
        &["convert", "-", "--from", "radl", "--to", "radl"],
        radl,
        directory.path(),
    );
    assert_eq!(text(&back.stdout), text(&direct.stdout));
}

#[test]
fn convert_and_validate_read_tosca_and_what_it_imports_from_a_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let types = directory.path().join("docs/example.org");
    fs::create_dir_all(&types).expect("a directory");
    let own = "tosca_definitions_version: tosca_simple_yaml_1_0\nnode_types:\n  own.Server:\n    derived_from: \
               tosca.nodes.Compute\n";
    fs::write(types.join("types.yaml"), own).expect("written");
    let tosca = "tosca_definitions_version: tosca_simple_yaml_1_0\nimports:\n  - \
                 https://example.org/types.yaml\ntopology_template:\n  node_templates:\n    front:\n      type: \
                 own.Server\n      capabilities:\n        host:\n          properties: { num_cpus: 2 }\n";
    fs::write(directory.path().join("front.yaml"), tosca).expect("written");
    let resolve = ["--resolve", "docs"];

    let convert = ["convert", "front.yaml", "--from", "tosca", "--to", "radl"];
    let radl = im(&[&convert[..], &resolve[..]].concat(), "", directory.path());
    assert!(radl.status.success(), "{}", text(&radl.stderr));
    for part in ["system front (", "cpu.count >= 2", "deploy front 1"] {
        assert!(
            text(&radl.stdout).contains(part),
            "{part} is not in {}",
            text(&radl.stdout)
        );
    }
    let valid = im(
        &[&["validate", "front.yaml"], &resolve[..]].concat(),
        "",
        directory.path(),
    );
    assert!(valid.status.success(), "{}", text(&valid.stderr));

    let alone = im(&["validate", "front.yaml"], "", directory.path());
    assert_eq!(alone.status.code(), Some(1));
    let complaint = text(&alone.stderr);
    assert!(
        complaint.contains("--resolve DIR") && complaint.contains("line 3"),
        "{complaint}"
    );
}

#[test]
fn convert_complains_on_standard_error_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = im(
        &["convert", "-", "--from", "radl", "--to", "json"],
        "system (",
        directory.path(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(
        text(&output.stderr).starts_with("standard input:1:"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn check_config_says_what_holds_and_what_is_wrong() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(
        directory.path().join("im.cfg"),
        "[im]\nREST_PORT = 8801\nREST_PROT = 1\nBOOT_MODE = 7\n",
    )
    .expect("written");
    let output = im(
        &["check-config", "--config", "im.cfg"],
        "",
        directory.path(),
    );
    assert_eq!(output.status.code(), Some(1));
    let complaint = text(&output.stderr);
    assert!(
        complaint.contains("BOOT_MODE") && complaint.contains("im.cfg") && complaint.contains('4'),
        "{complaint}"
    );

    fs::write(
        directory.path().join("im.cfg"),
        "[im]\nREST_PORT = 8801\nREST_PROT = 1\n",
    )
    .expect("written");
    let output = im(
        &["check-config", "--config", "im.cfg"],
        "",
        directory.path(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("REST_PORT"),
        "the nearest name: {}",
        text(&output.stderr)
    );
    assert!(
        text(&output.stdout).contains("REST_PORT = 8801"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn check_config_refuses_a_redis_that_cannot_be_meant_and_shows_no_password() {
    let directory = tempfile::tempdir().expect("a directory");
    let check = |lines: &str| {
        let shared = "[im]\nDATA_DB = mysql://im:im@db/im\nCLUSTER_SECRET = 0123456789abcdef\n";
        fs::write(
            directory.path().join("im.cfg"),
            format!("{shared}{lines}\n"),
        )
        .expect("written");
        let args = ["check-config", "--config", "im.cfg"];
        let output = im(&args, "", directory.path());
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains("hunter2"), "{said}");
        (output.status.code(), said)
    };
    for (lines, words) in [
        ("REDIS_URL = http://im:hunter2@r", "REDIS_URL"),
        ("REDIS_URL = redis://im:hunter2/@r", "%2F for /"),
        (
            "REDIS_URL = redis+sentinel://im:hunter2@r",
            "name by which the Sentinels know the master",
        ),
        (
            "REDIS_URL = redis://im:hunter2@r\nREDIS_CA_CERTS = ca.pem",
            "REDIS_URL was expected to begin with rediss://",
        ),
        (
            "REDIS_URL = rediss://im:hunter2@r\nREDIS_CA_CERTS = ca.pem",
            "ca.pem cannot be read",
        ),
        (
            "REDIS_URL = rediss://im:hunter2@r\nREDIS_CA_CERTS = im.cfg",
            "im.cfg holds none",
        ),
    ] {
        let (status, said) = check(lines);
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains(words), "{said}");
    }
    let (status, said) = check("REDIS_URL = rediss://im:hunter2@r:7000/1");
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("REDIS_URL = "), "{said}");
}

#[test]
fn openapi_prints_a_document() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = im(&["openapi"], "", directory.path());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
}
