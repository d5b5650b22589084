//! The simulated cloud as a process, used by a client that knows nothing of the project.

#![cfg(test)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use im_test_support::{Process, Scratch, missing, until};

/// Starts the cloud; the answer is its address as well.
fn start(scratch: &Scratch, listen: &str) -> (Process, String) {
    let out = scratch.path().join("out");
    let _nothing_said_yet = fs::remove_file(&out);
    let mut command = Command::new(env!("CARGO_BIN_EXE_im-simulated-cloud"));
    command
        .args(["--listen", listen, "--account", "u:p", "--account", "v:q"])
        .arg("--state")
        .arg(scratch.path().join("state"));
    let mut process = Process::start(&mut command, scratch.path());
    let mut address = None;
    until("the cloud listens", || {
        assert!(process.ended().is_none(), "the cloud ended");
        let said = fs::read_to_string(&out).unwrap_or_default();
        address = said
            .strip_suffix('\n')
            .and_then(|line| line.strip_prefix("Simulated cloud: http://"))
            .map(str::to_owned);
        address.is_some()
    });
    (process, address.unwrap())
}

fn client(check: &str, address: &str) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client.py");
    let mut command = Command::new("python3");
    command.arg(script).args([check, address]);
    command
}

#[test]
fn it_keeps_its_protocol() {
    if missing("it_keeps_its_protocol", &["python3"]) {
        return;
    }
    let scratch = Scratch::new();
    let (_process, address) = start(&scratch, "127.0.0.1:0");
    assert!(client("protocol", &address).status().unwrap().success());
}

#[test]
fn killed_in_the_middle_it_forgets_nothing_that_it_answered() {
    if missing("killed_in_the_middle", &["python3"]) {
        return;
    }
    let scratch = Scratch::new();
    let (mut process, address) = start(&scratch, "127.0.0.1:0");
    let answered = scratch.path().join("answered");
    for round in 1..=3 {
        let mut load = client("load", &address)
            .stdout(
                File::options()
                    .create(true)
                    .append(true)
                    .open(&answered)
                    .unwrap(),
            )
            .spawn()
            .unwrap();
        let lines = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
        until("some machines were made", || lines(&answered) > round * 40);
        process.kill();
        assert!(load.wait().unwrap().success());
        // A line that was cut off was never answered.
        let mut state = File::options()
            .append(true)
            .open(scratch.path().join("state"))
            .unwrap();
        std::io::Write::write_all(&mut state, b"{\"launch\":{\"call\":").unwrap();
        process = start(&scratch, &address).0;
        let survived = client("survived", &address)
            .stdin(Stdio::from(File::open(&answered).unwrap()))
            .status();
        assert!(survived.unwrap().success());
        fs::write(&answered, "").unwrap();
        // The same tokens are used again in the next round: they are recognised.
    }
}
