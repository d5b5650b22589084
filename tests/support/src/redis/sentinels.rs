//! Sentinels.

use std::process::Command;

use super::{tls_options, try_ask};
use crate::authority::{Authority, Pair};
use crate::{Process, Scratch, free_port, until};

/// Some Sentinels that know one master, of whom a majority declares it dead and another one the master.
#[derive(Debug)]
pub struct Sentinels {
    all: Vec<Sentinel>,
    master: String,
    password: Option<String>,
}

#[derive(Debug)]
struct Sentinel {
    process: Process,
    port: u16,
    tls_port: Option<u16>,
    _scratch: Scratch,
}

// === impl Sentinels ===

impl Sentinels {
    /// Starts some and waits until each knows the others, and this many replicas.
    pub fn start(count: usize, master: &str, port: u16, replicas: usize) -> Self {
        Self::launch(count, (master, port), replicas, None, None)
    }

    /// Starts some that speak TLS, too, and nothing else with Redis, whose port for TLS that must be; and who ask for a
    /// password.
    pub fn secured(
        count: usize,
        master: (&str, u16),
        replicas: usize,
        tls: (&Authority, &Pair),
        password: &str,
    ) -> Self {
        Self::launch(count, master, replicas, Some(tls), Some(password))
    }

    fn launch(
        count: usize,
        (name, port): (&str, u16),
        replicas: usize,
        tls: Option<(&Authority, &Pair)>,
        password: Option<&str>,
    ) -> Self {
        let quorum = count / 2 + 1;
        let mut lines = format!(
            "sentinel monitor {name} 127.0.0.1 {port} {quorum}\n\
             sentinel down-after-milliseconds {name} 1000\n\
             sentinel failover-timeout {name} 5000\n"
        );
        if let Some(password) = password {
            lines.push_str(&format!(
                "requirepass {password}\nsentinel sentinel-pass {password}\n"
            ));
        }
        let all = (0..count).map(|_| Sentinel::start(&lines, tls)).collect();
        let sentinels = Self {
            all,
            master: name.to_owned(),
            password: password.map(str::to_owned),
        };
        until("the Sentinels know each other and the replicas", || {
            sentinels.all.iter().all(|sentinel| {
                let told = sentinels.try_ask(sentinel, &format!("SENTINEL MASTER {name}"));
                let says = |what: &str, number: usize| {
                    told.as_ref().is_some_and(|told| {
                        let mut fields = told.lines().skip_while(|line| *line != what);
                        fields.nth(2) == Some(&number.to_string())
                    })
                };
                says("num-other-sentinels", count - 1) && says("num-slaves", replicas)
            })
        });
        sentinels
    }

    /// Hosts and ports, for `REDIS_URL`: those for TLS, where they speak it.
    pub fn hosts(&self) -> String {
        let ports = self.ports();
        let hosts = ports.iter().map(|port| format!("127.0.0.1:{port}"));
        hosts.collect::<Vec<_>>().join(",")
    }

    /// The ports: those for TLS, where they speak it.
    pub fn ports(&self) -> Vec<u16> {
        let port = |sentinel: &Sentinel| sentinel.tls_port.unwrap_or(sentinel.port);
        self.all.iter().map(port).collect()
    }

    /// The port of the master, as one of them knows it.
    pub fn master(&self, place: usize) -> u16 {
        let question = format!("SENTINEL GET-MASTER-ADDR-BY-NAME {}", self.master);
        let told = self.try_ask(&self.all[place], &question);
        let told = told.expect("the Sentinel answers");
        let port = told.lines().filter_map(|line| line.parse().ok()).next();
        port.unwrap_or_else(|| panic!("no port: {told}"))
    }

    /// The process of one of them.
    pub fn process(&mut self, place: usize) -> &mut Process {
        &mut self.all[place].process
    }

    fn try_ask(&self, sentinel: &Sentinel, command: &str) -> Option<String> {
        let login = self.password.as_ref();
        let login = login.map(|password| format!("AUTH {password}\r\n"));
        try_ask(sentinel.port, &(login.unwrap_or_default() + command))
    }
}

// === impl Sentinel ===

impl Sentinel {
    fn start(lines: &str, tls: Option<(&Authority, &Pair)>) -> Self {
        let (scratch, port) = (Scratch::new(), free_port());
        let tls_port = tls.map(|_| free_port());
        let mut text = format!(
            "bind 127.0.0.1\nport {port}\ndir {}\n",
            scratch.path().display()
        );
        if let (Some((authority, pair)), Some(tls_port)) = (tls, tls_port) {
            for option in tls_options(authority, pair, tls_port).chunks(2) {
                text.push_str(&format!("{}\n", option.join(" ").trim_start_matches('-')));
            }
        }
        text.push_str(lines);
        let file = scratch.path().join("sentinel.conf");
        std::fs::write(&file, text).expect("a file");
        let mut command = Command::new("redis-server");
        command.arg(&file).arg("--sentinel");
        Self {
            process: Process::start(&mut command, scratch.path()),
            port,
            tls_port,
            _scratch: scratch,
        }
    }
}
