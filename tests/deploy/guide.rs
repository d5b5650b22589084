//! The commands of the operating guide (`deploy/README.md`), as they stand there, in their order, in one shell.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use im_test_support::{MariaDb, Redis, Scratch, document, free_port, missing, request};

use crate::{repository, said};

/// A block of commands, and the name of what has to be there before it.
struct Block {
    name: String,
    text: String,
}

/// What stands for systemd: it starts and stops one service, and returns when that is ready, or has ended.
const SYSTEMCTL: &str = r#"#!/bin/bash
set -euo pipefail
stop() {
  local pid; pid=$(cat "$STATE/pid" 2>/dev/null) || return 0
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm -f "$STATE/pid"
}
start() {
  [ ! -e "$STATE/pid" ] || return 0
  : > "$STATE/out"
  setsid im serve --config "$CONFIG" < /dev/null >> "$STATE/out" 2>> "$STATE/err" &
  echo $! > "$STATE/pid"
  while ! grep -q ^Ready "$STATE/out"; do
    kill -0 "$(cat "$STATE/pid")" || { cat "$STATE/err" >&2; exit 1; }
    sleep 0.1
  done
}
case "$*" in
  "enable --now im" | "start im") start ;;
  "stop im") stop ;;
  "restart im") stop; start ;;
  *) echo "systemctl $*: not known here" >&2; exit 1 ;;
esac
"#;

/// The service ends with the test.
struct Stop<'a>(&'a Path);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        if let Ok(pid) = fs::read_to_string(self.0.join("pid")) {
            let _ended = Command::new("kill").args(["-9", pid.trim()]).output();
        }
    }
}

fn guide() -> String {
    fs::read_to_string(repository("deploy/README.md")).expect("the guide")
}

/// The blocks of the guide; each must say that it is tested.
fn blocks() -> Vec<Block> {
    let guide = guide();
    let mut parts = guide.split("\n```sh\n");
    let mut before = parts.next().expect("a beginning").to_owned();
    let mut blocks = Vec::new();
    for part in parts {
        let (text, after) = part.split_once("\n```\n").expect("the end of a block");
        let mark = before.lines().next_back().unwrap_or_default();
        let name = mark
            .strip_prefix("<!-- tested")
            .and_then(|rest| rest.strip_suffix(" -->"))
            .unwrap_or_else(|| panic!("no mark before this block: {text}"));
        blocks.push(Block {
            name: name.trim_start_matches(": ").to_owned(),
            text: text.to_owned(),
        });
        before = after.to_owned();
    }
    blocks
}

fn program(path: &Path, text: &str) {
    fs::write(path, text).expect("a program is written");
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("it can be run");
}

#[test]
fn every_alert_stands_in_the_guide() {
    let guide = guide();
    for alert in crate::monitoring::alerts() {
        assert!(
            guide.contains(&format!("`{alert}`")),
            "{alert} is not in deploy/README.md"
        );
    }
}

#[test]
fn the_commands_of_the_guide_work() {
    let test = "the_commands_of_the_guide_work";
    let needs = [
        &MariaDb::NEEDS[..],
        &Redis::NEEDS[..],
        &["haproxy", "openssl", "mariadb-dump", "redis-cli"],
    ];
    if missing(test, &needs.concat()) {
        return;
    }
    let (db, redis, scratch) = (MariaDb::start(), Redis::start(), Scratch::new());
    let at = |name: &str| scratch.path().join(name);
    fs::create_dir(at("bin")).expect("a directory");
    fs::copy(env!("CARGO_BIN_EXE_im"), at("bin/im")).expect("the program is installed");
    program(&at("bin/systemctl"), SYSTEMCTL);
    let access = format!(
        "[client]\nhost=127.0.0.1\nport={}\nuser=admin\npassword=admin\n",
        db.port()
    );
    fs::write(at(".my.cnf"), access).expect("the access of the administrator");
    db.statements(
        "CREATE USER admin@'127.0.0.1' IDENTIFIED BY 'admin'; GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION; \
         DROP USER im@'127.0.0.1', im@localhost",
    );
    let port = free_port();
    let path = std::env::var("PATH").unwrap_or_default();
    let run = |script: &str| {
        said(
            Command::new("bash")
                .args(["-euo", "pipefail", "-c", script])
                .current_dir(scratch.path())
                .env_clear()
                .env("PATH", format!("{}:{path}:/usr/sbin", at("bin").display()))
                .env("HOME", scratch.path())
                .env("STATE", scratch.path())
                .env("CONFIG", at("im.cfg"))
                .env("DB", format!("127.0.0.1:{}", db.port()))
                .env(
                    "REDIS",
                    redis
                        .url()
                        .trim_start_matches("redis://")
                        .trim_end_matches("/0"),
                )
                .env("NODE", "127.0.0.1")
                .env("PORT", port.to_string())
                .env("NEW", env!("CARGO_BIN_EXE_im"))
                .env("PROGRAM", at("bin/im"))
                .env("IM_LOG_FILE", at("im.log"))
                .env("IM_XMLRCP_PORT", free_port().to_string())
                .env("IM_CLUSTER_PORT", free_port().to_string())
                .env("IM_METRICS_PORT", free_port().to_string()),
        )
    };
    let _stop = Stop(scratch.path());
    let list = || {
        let answer = request(
            &format!("127.0.0.1:{port}"),
            "GET",
            "/infrastructures",
            "ana",
            "",
        );
        answer.expect("an answer").body.lines().count()
    };
    let create = || {
        let answer = request(
            &format!("127.0.0.1:{port}"),
            "POST",
            "/infrastructures",
            "ana",
            &document(1),
        );
        assert_eq!(answer.expect("an answer").status, 200);
    };
    let dump = repository("tests/conformance/db/mysql_1_19.sql");
    let count = "SELECT COUNT(*) FROM im.inf_list WHERE deleted = 0";

    let mut so_far = String::new();
    let mut seen = Vec::new();
    for block in blocks() {
        // The variables of a block hold in the following ones; what they start has been started.
        let script = match block.name.as_str() {
            "" if so_far.is_empty() => {
                so_far = block.text.clone();
                continue;
            }
            "" => {
                let password = "DB_PASSWORD=a-password-of-this-test";
                format!(
                    "{so_far}\n{password}\n{}",
                    block
                        .text
                        .replace("DB_PASSWORD=$(openssl rand -hex 24)", password)
                )
            }
            "migration" => {
                let load = "systemctl stop im; mariadb -e 'DROP DATABASE im; CREATE DATABASE im'; mariadb im <";
                format!("{so_far}\n{load} {}\n{}", dump.display(), block.text)
            }
            _ => format!("{so_far}\n{}", block.text),
        };
        if block.name == "restore" {
            create();
            assert_eq!(list(), 3);
        }
        let output = run(&script);
        match block.name.as_str() {
            "migration" => assert_eq!(output.lines().next_back(), Some("9"), "{output}"),
            // What was in the dump is there, as IM 1.19 left it.
            "back" => {
                assert_eq!(db.statements(count).trim(), "9");
                assert_eq!(db.statements("SHOW TABLES FROM im").trim(), "inf_list");
                run("systemctl start im");
                create();
            }
            "upgrade" => create(),
            "restore" => assert_eq!(list(), 2, "what was there at the time of the backup"),
            "rotate" => assert_eq!(list(), 2),
            _ => {}
        }
        seen.push(block.name);
    }
    for name in [
        "migration",
        "back",
        "upgrade",
        "backup",
        "restore",
        "stuck",
        "rotate",
    ] {
        assert!(
            seen.iter().any(|block| block == name),
            "{name} is not in the guide"
        );
    }
}
