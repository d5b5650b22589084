//! The unit of systemd: how far it is open, by systemd's own measure, and the service under a real systemd that holds it.

use std::fs;
use std::process::Command;

use im_test_support::{missing, until};

use crate::engine::Engine;
use crate::{base, repository, said};

/// A Debian that has come up, with the service installed as the unit says.
struct Machine<'a> {
    engine: &'a Engine,
}

// === impl Machine ===

impl<'a> Machine<'a> {
    const NAME: &'static str = "machine";

    /// Boots it. Root of this machine may lack the right to raise limits, so that it is not asked for.
    fn boot(engine: &'a Engine) -> Self {
        engine.import(&base::debian("systemd", &["systemd", "dbus"]), "systemd:1");
        engine.docker(&[
            "run",
            "--detach",
            &format!("--name={}", Self::NAME),
            "--cap-add=ALL",
            "--cap-drop=SYS_RESOURCE",
            "--security-opt=seccomp=unconfined",
            "--security-opt=systempaths=unconfined",
            "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
            "--cgroupns=host",
            "--network=host",
            "--tmpfs=/run",
            "--tmpfs=/tmp:exec",
            "--env=container=docker",
            "systemd:1",
            "/lib/systemd/systemd",
        ]);
        let machine = Self { engine };
        until("the machine has come up", || {
            let state = machine.command("systemctl is-system-running").output();
            state.is_ok_and(|output| output.stdout.starts_with(b"running"))
        });
        machine
    }

    /// Does what the unit tells to do, with a SQLite database.
    fn install(&self) {
        let directory = self.engine.directory();
        let config = directory.join("im.cfg");
        let options = "[im]\nDATA_DB = sqlite:///var/lib/im/inf.dat\nACTIVATE_REST = True\n";
        fs::write(&config, options).expect("im.cfg is written");
        let unit = repository("deploy/systemd/im.service");
        let text = fs::read_to_string(&unit).expect("the unit");
        let binary = env!("CARGO_BIN_EXE_im");
        self.run("mkdir /install");
        for (file, name) in [
            (binary, "im"),
            (&unit.display().to_string(), "im.service"),
            (&config.display().to_string(), "im.cfg"),
        ] {
            let to = format!("{}:/install/{name}", Self::NAME);
            self.engine.docker(&["cp", file, &to]);
        }
        let commands = text
            .lines()
            .filter_map(|line| line.strip_prefix("#   "))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(commands.contains("systemctl"), "{commands}");
        self.run(&format!("cd /install\n{commands}"));
    }

    fn command(&self, script: &str) -> Command {
        self.engine
            .command(&["exec", Self::NAME, "sh", "-euc", script])
    }

    /// Runs a script in it: what that printed.
    #[track_caller]
    fn run(&self, script: &str) -> String {
        said(&mut self.command(script)).trim().to_owned()
    }

    /// A property of the service.
    #[track_caller]
    fn show(&self, property: &str) -> String {
        self.run(&format!("systemctl show im --value -p {property}"))
    }

    fn ready(&self) -> bool {
        self.engine
            .curl(&["http://127.0.0.1:8800/readyz"])
            .is_some_and(|(status, _)| status == 200)
    }
}

#[test]
fn the_unit_is_closed_as_far_as_it_can_be() {
    if missing(
        "the_unit_is_closed_as_far_as_it_can_be",
        &["systemd-analyze"],
    ) {
        return;
    }
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(repository("deploy/systemd/im.service"))
        .output()
        .expect("systemd-analyze runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let exposure: f32 = said
        .split_once("Overall exposure level for im.service: ")
        .and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_else(|| panic!("{output:?}"));
    assert!(exposure < 2.5, "{said}");
}

#[test]
fn systemd_starts_the_service_within_its_walls() {
    if Engine::skipped("systemd_starts_the_service_within_its_walls") {
        return;
    }
    let engine = Engine::start();
    let machine = Machine::boot(&engine);
    // The commands end with `enable --now`, which returns when the service is ready, not before.
    machine.install();
    assert!(machine.ready());
    assert_eq!(machine.show("StatusText"), "serves");

    let pid = machine.show("MainPID");
    let status = machine.run(&format!("cat /proc/{pid}/status"));
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_whitespace().nth(1));
        value.unwrap_or_default().to_owned()
    };
    assert_eq!(field("NoNewPrivs:"), "1", "{status}");
    assert_eq!(field("Seccomp:"), "2", "{status}");
    assert_eq!(field("CapBnd:"), "0000000000000000", "{status}");
    assert_eq!(field("CapEff:"), "0000000000000000", "{status}");
    assert_ne!(field("Uid:"), "0", "{status}");
    // Not even root writes where it lives.
    for place in ["/usr/bin", "/etc/im", "/home", "/var/lib"] {
        let attempt = format!("nsenter --mount --target {pid} touch {place}/x");
        let output = machine.command(&attempt).output().expect("it is tried");
        assert!(!output.status.success(), "{place} can be written");
    }

    // It works there: an infrastructure is made and kept.
    let created = engine.curl(&[
        "-H",
        &format!("Authorization: {}", im_test_support::auth("ana")),
        "-H",
        "Content-Type: text/plain",
        "--data-binary",
        &im_test_support::document(1),
        "http://127.0.0.1:8800/infrastructures",
    ]);
    let (code, uri) = created.expect("an answer");
    assert_eq!(code, 200, "{uri}");

    machine.run("systemctl restart im");
    assert!(machine.ready(), "restart returned before it was ready");
    let list = engine.curl(&[
        "-H",
        &format!("Authorization: {}", im_test_support::auth("ana")),
        "http://127.0.0.1:8800/infrastructures",
    ]);
    assert_eq!(list.expect("an answer").1.trim(), uri.trim());

    // Who dies is started again; who is stopped ends in order.
    machine.run("systemctl kill --signal=KILL im");
    until("systemd has started it again", || {
        machine.show("NRestarts") == "1" && machine.ready()
    });
    machine.run("systemctl stop im");
    assert_eq!(machine.show("Result"), "success");
    assert_eq!(machine.show("ExecMainStatus"), "0");
}
