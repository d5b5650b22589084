//! The quick start of the README, run as it stands there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::project;

/// The service as `cargo run --release` starts it: without arguments and without a configuration.
#[derive(Debug)]
struct Service(Child);

#[test]
fn the_readme_goes_from_a_clone_to_two_machines_and_back() {
    let readme = fs::read_to_string(project().join("README.md")).expect("the README");
    let blocks = blocks(&readme);
    let (start, steps) = blocks.split_first().expect("a first block");
    assert_eq!(start, "cargo run --release\n");
    let directory = tempfile::tempdir().expect("a directory");
    let (_service, address) = Service::start(directory.path());

    let script = steps.concat();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(directory.path())
        .env("IM", format!("http://{address}"))
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{complaints}");
    let uri = said.lines().next().expect("a first line");
    assert!(
        uri.starts_with(&format!("http://{address}/infrastructures/")),
        "{said}"
    );
    for expected in [
        format!("{uri}/vms/0\n{uri}/vms/1\n"),
        "10.0.0.1".to_owned(),
        "\"stopped\"".to_owned(),
    ] {
        assert!(said.contains(&expected), "{expected} is not in:\n{said}");
    }
    let (_, after_stop) = said.split_once("\"stopped\"").expect("it was stopped");
    assert!(
        after_stop.contains("\"configured\""),
        "it was not started again:\n{said}"
    );
    assert!(
        said.ends_with("\n\n"),
        "the last list is not empty:\n{said}"
    );
}

/// The shell blocks of the quick start.
fn blocks(readme: &str) -> Vec<String> {
    let (_, rest) = readme
        .split_once("<!-- quickstart:begin -->")
        .expect("its beginning");
    let (part, _) = rest.split_once("<!-- quickstart:end -->").expect("its end");
    part.split("```sh\n")
        .skip(1)
        .map(|block| {
            block
                .split("```")
                .next()
                .expect("the end of a block")
                .to_owned()
        })
        .collect()
}

// === impl Service ===

impl Service {
    /// Starts it on free ports; where its REST API is.
    fn start(home: &Path) -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_im"))
            .env_clear()
            .env("HOME", home)
            .envs([
                ("IM_REST_PORT", "0"),
                ("IM_XMLRCP_PORT", "0"),
                ("IM_REST_ADDRESS", "127.0.0.1"),
                ("IM_XMLRCP_ADDRESS", "127.0.0.1"),
            ])
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("im starts");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output"))
            .lines()
            .map_while(Result::ok);
        let service = Self(child);
        let mut address = None;
        for line in lines.by_ref() {
            if let Some(found) = line.strip_prefix("REST API: http://") {
                address = Some(found.trim_end_matches('/').to_owned());
            }
            if line.starts_with("Ready") {
                break;
            }
        }
        std::thread::spawn(move || lines.for_each(drop));
        (
            service,
            address.expect("the service says where its REST API is"),
        )
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
