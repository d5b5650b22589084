//! A Redis, and the Sentinels that watch over it.

mod sentinels;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::authority::{Authority, Pair};
use crate::{Process, Scratch, free_port, until};

pub use self::sentinels::Sentinels;

/// A server that keeps nothing on disk.
#[derive(Debug)]
pub struct Redis {
    process: Option<Process>,
    port: u16,
    tls_port: Option<u16>,
    options: Vec<String>,
    scratch: Scratch,
}

// === impl Redis ===

impl Redis {
    /// What has to be on the machine.
    pub const NEEDS: [&'static str; 1] = ["redis-server"];

    /// Starts one.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts one with options more than it takes, such as `["--maxmemory", "1mb"]`.
    pub fn with(options: &[&str]) -> Self {
        Self::launch(None, options.iter().map(ToString::to_string).collect())
    }

    /// Starts one that speaks TLS too, on a second port, with a certificate that this authority has issued; also to
    /// other Redis servers.
    pub fn secured(authority: &Authority, pair: &Pair, options: &[&str]) -> Self {
        let port = free_port();
        let mut all = tls_options(authority, pair, port);
        all.extend(options.iter().map(ToString::to_string));
        Self::launch(Some(port), all)
    }

    fn launch(tls_port: Option<u16>, options: Vec<String>) -> Self {
        let mut server = Self {
            process: None,
            port: free_port(),
            tls_port,
            options,
            scratch: Scratch::new(),
        };
        server.run();
        server
    }

    /// Starts the process again, empty, on its port, and waits until it answers.
    pub fn run(&mut self) {
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args([
                "--save",
                "",
                "--appendonly",
                "no",
                "--enable-debug-command",
                "yes",
                "--dir",
            ])
            .arg(self.scratch.path())
            .args(&self.options);
        self.process = Some(Process::start(&mut command, self.scratch.path()));
        until("Redis answers", || {
            try_ask(self.port, "PING").is_some_and(|answer| answer.starts_with("+PONG"))
        });
    }

    /// Sends a command in one line (`FLUSHALL`, `DEBUG SLEEP 2` ...); the answer as it comes.
    pub fn ask(&self, command: &str) -> String {
        try_ask(self.port, command).expect("Redis answers")
    }

    /// The address for the option `REDIS_URL`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port for TLS; it must have one.
    pub fn tls_port(&self) -> u16 {
        self.tls_port.expect("it was started with TLS")
    }

    /// The process; it must run.
    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the server runs")
    }
}

/// What makes a server, or a Sentinel, speak TLS, and nothing else where it speaks to others.
fn tls_options(authority: &Authority, pair: &Pair, port: u16) -> Vec<String> {
    let options = [
        ("--tls-port", port.to_string()),
        ("--tls-cert-file", pair.certificate.display().to_string()),
        ("--tls-key-file", pair.key.display().to_string()),
        ("--tls-ca-cert-file", authority.file().display().to_string()),
        ("--tls-auth-clients", "no".to_owned()),
        ("--tls-replication", "yes".to_owned()),
    ];
    let options = options.into_iter();
    options
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect()
}

/// What is answered to commands, one a line, by who listens without TLS.
fn try_ask(port: u16, commands: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .ok()?;
    // A Sentinel knows no QUIT: the answer to a PING is the last one.
    stream
        .write_all(format!("{commands}\r\nPING\r\n").as_bytes())
        .ok()?;
    let (mut answer, mut portion) = (Vec::new(), [0; 4096]);
    loop {
        let size = stream.read(&mut portion).ok()?;
        answer.extend_from_slice(&portion[..size]);
        if size == 0 || answer.ends_with(b"+PONG\r\n") {
            return Some(String::from_utf8_lossy(&answer).into_owned());
        }
    }
}
