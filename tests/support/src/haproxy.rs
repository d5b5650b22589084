//! A HAProxy.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{Process, Scratch, until, until_or};

/// How long to wait for a new process until the signal is sent again.
const AGAIN: Duration = Duration::from_secs(2);

/// A HAProxy in master and worker mode, so that it can be reloaded.
#[derive(Debug)]
pub struct Haproxy {
    /// Host and port where it serves clients.
    pub address: String,
    name: String,
    process: Process,
    scratch: Scratch,
}

// === impl Haproxy ===

impl Haproxy {
    /// What has to be on the machine.
    pub const NEEDS: [&'static str; 1] = ["haproxy"];

    /// Starts one. The configuration may say `@socket@` where its runtime socket is to be; `name` is its name among its
    /// peers, `address` where it will listen.
    pub fn start(name: &str, address: &str, configuration: &str) -> Self {
        let scratch = Scratch::new();
        let file = scratch.path().join("haproxy.cfg");
        let socket = scratch.path().join("socket");
        fs::write(
            &file,
            configuration.replace("@socket@", &socket.display().to_string()),
        )
        .expect("the configuration");
        let mut command = Command::new("haproxy");
        command.args(["-W", "-L", name, "-f"]).arg(&file);
        let process = Process::start(&mut command, scratch.path());
        let mut haproxy = Self {
            address: address.to_owned(),
            name: name.to_owned(),
            process,
            scratch,
        };
        until("HAProxy listens", || {
            let ended = haproxy.process.ended().is_some();
            assert!(!ended, "HAProxy ended: {}", haproxy.said());
            TcpStream::connect(&haproxy.address).is_ok() && haproxy.try_ask("show info").is_some()
        });
        haproxy
    }

    /// Sends a command to the runtime socket; the answer.
    pub fn ask(&self, command: &str) -> String {
        self.try_ask(command).expect("HAProxy answers")
    }

    fn try_ask(&self, command: &str) -> Option<String> {
        let mut stream = UnixStream::connect(self.socket()).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .ok()?;
        stream.write_all(format!("{command}\n").as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }

    /// Reads its configuration again, changed as the function says; waits until the new process serves.
    pub fn reload(&mut self, change: impl FnOnce(String) -> String) {
        let file = self.scratch.path().join("haproxy.cfg");
        let text = change(fs::read_to_string(&file).expect("the configuration"));
        fs::write(&file, text).expect("the configuration");
        let before = self.worker();
        self.process.signal("USR2");
        let mut signalled = Instant::now();
        let serves = || {
            // Release 2.6 sleeps over a signal that comes before its master waits for the first time.
            if signalled.elapsed() > AGAIN {
                self.process.signal("USR2");
                signalled = Instant::now();
            }
            let now = self.try_ask("show info").and_then(|info| pid(&info));
            now.is_some_and(|now| now != before)
        };
        until_or("a new process serves", serves, || self.said());
    }

    fn worker(&self) -> u32 {
        pid(&self.ask("show info")).expect("the number of the process")
    }

    /// What the column says of a server in `show stat`: `status`, `scur`, `stot` ...
    pub fn stat(&self, backend: &str, server: &str, column: &str) -> String {
        let table = self.ask("show stat");
        let mut lines = table.lines();
        let columns: Vec<&str> = lines
            .next()
            .unwrap_or_default()
            .trim_start_matches("# ")
            .split(',')
            .collect();
        let at = columns
            .iter()
            .position(|name| *name == column)
            .expect("the column");
        let row = lines
            .map(|line| line.split(',').collect::<Vec<_>>())
            .find(|row| row[..2] == [backend, server]);
        row.expect("the server")[at].to_owned()
    }

    /// The pins of a table: key and the rest of the entry.
    pub fn pins(&self, table: &str) -> Vec<(String, String)> {
        let entries = self.ask(&format!("show table {table}"));
        let entry = |line: &str| {
            let (key, rest) = line.split_once("key=")?.1.split_once(' ')?;
            Some((key.to_owned(), rest.to_owned()))
        };
        entries.lines().filter_map(entry).collect()
    }

    /// Its name among its peers.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The runtime socket.
    pub fn socket(&self) -> PathBuf {
        self.scratch.path().join("socket")
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        self.scratch.path()
    }

    /// The master process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// What it said on standard output and standard error; its log is there.
    pub fn said(&self) -> String {
        ["out", "err"]
            .map(|name| fs::read_to_string(self.scratch.path().join(name)).unwrap_or_default())
            .concat()
    }
}

fn pid(info: &str) -> Option<u32> {
    info.lines()
        .find_map(|line| line.strip_prefix("Pid: "))?
        .trim()
        .parse()
        .ok()
}
