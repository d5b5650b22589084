//! `deploy/local-cluster`: up, status, down, as a user runs it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use im_test_support::{Scratch, request};

use crate::cluster::skipped;

fn local_cluster(directory: &Path, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/local-cluster");
    Command::new(script)
        .args(arguments)
        .args(["--dir", &directory.display().to_string()])
        .args(["--im", env!("CARGO_BIN_EXE_im")])
        .output()
        .expect("the script runs")
}

#[track_caller]
fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    said
}

/// Whatever happens, nothing of it stays behind.
struct Down(Scratch);

impl Drop for Down {
    fn drop(&mut self) {
        local_cluster(&self.0.path().join("cluster"), &["down"]);
    }
}

/// The processes that a cluster has begun.
fn pids(directory: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(directory).expect("the directory");
    files
        .filter_map(|file| {
            let path = file.ok()?.path();
            let is_one = path.extension().is_some_and(|extension| extension == "pid");
            let text = std::fs::read_to_string(&path).ok().filter(|_| is_one)?;
            Some(text.split(' ').next()?.to_owned())
        })
        .collect()
}

#[test]
fn a_cluster_on_one_machine() {
    if skipped("a_cluster_on_one_machine") {
        return;
    }
    let down = Down(Scratch::new());
    let directory = down.0.path().join("cluster");
    // One that the script sets itself.
    let option = ["--option", "INF_CACHE_TIME=1200"];
    let help = said(&local_cluster(&directory, &[&["up"][..], &option].concat()));
    let file = std::fs::read_to_string(directory.join("node1/im.cfg")).expect("a configuration");
    let times: Vec<&str> = file
        .lines()
        .filter(|line| line.starts_with("INF_CACHE"))
        .collect();
    assert_eq!(times, ["INF_CACHE_TIME = 1200"]);
    let address = help
        .split_once("IM=http://")
        .and_then(|(_, rest)| rest.lines().next())
        .expect("where it is")
        .to_owned();
    let begun = pids(&directory);
    assert_eq!(begun.len(), 6, "MariaDB, Redis, three nodes, HAProxy");

    // What is printed works when it is pasted into a shell.
    let commands: String = help
        .lines()
        .skip_while(|line| !line.starts_with("  IM="))
        .take_while(|line| !line.contains("local-cluster"))
        .map(|line| format!("{line}\n"))
        .collect();
    let pasted = Command::new("bash").args(["-euc", &commands]).output();
    let pasted = said(&pasted.expect("bash runs"));
    assert!(pasted.contains("/infrastructures/"), "{pasted}");
    assert!(pasted.contains("haproxy_"), "{pasted}");

    let status = said(&local_cluster(&directory, &["status"]));
    for part in ["mariadb", "redis", "node1", "node2", "node3", "haproxy"] {
        assert!(status.contains(part), "{status}");
    }
    let ready = status
        .lines()
        .filter(|line| line.contains("ready") && !line.contains("not ready"));
    assert_eq!(ready.count(), 4, "{status}");

    // It is taken down and comes up again with what was in it.
    let list =
        |address: &str| request(address, "GET", "/infrastructures", "me", "").expect("an answer");
    let before = list(&address);
    said(&local_cluster(&directory, &["down"]));
    for pid in &begun {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let runs = !stat.is_empty() && !stat.contains(") Z ");
        assert!(!runs, "{stat} runs");
    }
    said(&local_cluster(&directory, &["up"]));
    assert_eq!(list(&address).status, before.status);
    said(&local_cluster(&directory, &["down", "--purge"]));
    assert!(!directory.exists());
}
