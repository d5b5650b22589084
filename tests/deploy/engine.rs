//! A Docker engine of the test's own.
//!
//! It lives in namespaces of processes, mounts and network that end with it: no container, mount, bridge or rule of a
//! firewall is left on the machine, however the test ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use im_test_support::{Process, Scratch, missing, until};

use crate::{repository, said};

/// A running engine.
pub(crate) struct Engine {
    process: Process,
    scratch: Scratch,
    // Let go last.
    _alone: MutexGuard<'static, ()>,
}

/// Tests that start many servers do so one after the other: small machines come to nothing with all at once.
static ALONE: Mutex<()> = Mutex::new(());

/// Waits until no other test with many servers runs.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first process of the namespaces: it starts the engine and buries who has lost their parents.
const INIT: &str = "ip link set lo up; dockerd --config-file \"$1\" & engine=$!; \
                    trap 'kill -TERM $engine' TERM; while kill -0 $engine 2>/dev/null; do wait; done";

// === impl Engine ===

impl Engine {
    /// What must be on the machine, beside the rights of root.
    pub(crate) const NEEDS: [&str; 8] = [
        "docker",
        "dockerd",
        "runc",
        "mmdebstrap",
        "ip",
        "unshare",
        "nsenter",
        "curl",
    ];

    /// Says that a test is skipped because no engine can be had.
    pub(crate) fn skipped(test: &str) -> bool {
        if missing(test, &Self::NEEDS) {
            return true;
        }
        let root = said(Command::new("id").arg("-u")).trim() == "0";
        if !root {
            println!("skipped: {test}: a Docker engine needs root");
        }
        !root
    }

    /// Starts one and waits until it answers.
    pub(crate) fn start() -> Self {
        let alone = alone();
        let scratch = Scratch::new();
        let at = |name: &str| scratch.path().join(name).display().to_string();
        let config = format!(
            r#"{{"runtimes": {{"unlimited": {{"path": "{}"}}}}, "default-runtime": "unlimited", "storage-driver": "overlay2",
                "data-root": "{}", "exec-root": "{}", "pidfile": "{}", "hosts": ["unix://{}"],
                "exec-opts": ["native.cgroupdriver=cgroupfs"], "iptables": false, "ip6tables": false, "ip-masq": false}}"#,
            repository("tests/deploy/runc-without-limits")
                .canonicalize()
                .expect("the runtime")
                .display(),
            at("data"),
            at("exec"),
            at("engine.pid"),
            at("sock"),
        );
        fs::write(at("daemon.json"), config).expect("the configuration is written");
        // BuildKit looks for its runtime by name.
        let runtime = repository("tests/deploy/runc-without-limits")
            .canonicalize()
            .expect("the runtime");
        fs::create_dir(at("bin")).expect("a directory");
        std::os::unix::fs::symlink(runtime, at("bin/runc")).expect("a link");
        let mut command = Command::new("unshare");
        command
            .args([
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
            ])
            .args(["sh", "-c", INIT, "init", &at("daemon.json")])
            .env("PATH", format!("{}:{}", at("bin"), path()));
        let process = Process::start(&mut command, scratch.path());
        let mut engine = Self {
            process,
            scratch,
            _alone: alone,
        };
        until("the engine answers", || {
            let log = fs::read_to_string(engine.scratch.path().join("err")).unwrap_or_default();
            assert!(engine.process.ended().is_none(), "the engine ended: {log}");
            let output = engine.command(&["version"]).stderr(Stdio::null()).output();
            output.is_ok_and(|output| output.status.success())
        });
        engine
    }

    /// A command of the client, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(arguments);
        command.envs(self.reach());
        command
    }

    /// What tells a client where the engine is.
    pub(crate) fn reach(&self) -> [(&'static str, String); 3] {
        let at = |name: &str| self.scratch.path().join(name).display().to_string();
        [
            ("PATH", path()),
            ("DOCKER_HOST", format!("unix://{}", at("sock"))),
            ("DOCKER_CONFIG", at("client")),
        ]
    }

    /// Runs the client: what it printed.
    #[track_caller]
    pub(crate) fn docker(&self, arguments: &[&str]) -> String {
        said(&mut self.command(arguments)).trim().to_owned()
    }

    /// Makes an image of a root file system.
    pub(crate) fn import(&self, tar: &Path, image: &str) {
        self.docker(&["import", &tar.display().to_string(), image]);
    }

    /// What is answered to `curl` in the network of the engine: status and body.
    pub(crate) fn curl(&self, arguments: &[&str]) -> Option<(u16, String)> {
        let output = Command::new("nsenter")
            .args(["--net", "--target", &self.first()?.to_string()])
            .args(["curl", "-sS", "-m", "10", "-w", "\n%{http_code}"])
            .args(arguments)
            .output()
            .expect("curl runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let (body, status) = text.rsplit_once('\n')?;
        let status = status.parse().ok().filter(|status| *status != 0)?;
        Some((status, body.to_owned()))
    }

    /// A directory for what a test gives to the engine.
    pub(crate) fn directory(&self) -> PathBuf {
        self.scratch.path().to_owned()
    }

    /// The first process in the namespaces, by its number outside.
    fn first(&self) -> Option<u32> {
        let pid = self.process.pid();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Engine {
    /// Removes the containers, so that their control groups go too; all else goes with the namespaces.
    fn drop(&mut self) {
        let list = self.command(&["ps", "-aq"]).output();
        let list = list.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        for container in list.unwrap_or_default().split_whitespace() {
            let _gone = self.command(&["rm", "-fv", container]).output();
        }
    }
}

/// Where the programs of administrators are, too.
fn path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/sbin:/sbin")
}
