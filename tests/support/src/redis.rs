//! A Redis.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::{Process, Scratch, free_port, until};

/// A server that keeps nothing on disk.
#[derive(Debug)]
pub struct Redis {
    process: Option<Process>,
    port: u16,
    scratch: Scratch,
}

// === impl Redis ===

impl Redis {
    /// What has to be on the machine.
    pub const NEEDS: [&'static str; 1] = ["redis-server"];

    /// Starts one.
    pub fn start() -> Self {
        let mut server = Self {
            process: None,
            port: free_port(),
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
            .arg(self.scratch.path());
        self.process = Some(Process::start(&mut command, self.scratch.path()));
        until("Redis answers", || {
            self.try_ask("PING")
                .is_some_and(|answer| answer.starts_with("+PONG"))
        });
    }

    /// Sends a command in one line (`FLUSHALL`, `DEBUG SLEEP 2` ...); the answer as it comes.
    pub fn ask(&self, command: &str) -> String {
        self.try_ask(command).expect("Redis answers")
    }

    fn try_ask(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .ok()?;
        stream
            .write_all(format!("{command}\r\nQUIT\r\n").as_bytes())
            .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// The address for the option `REDIS_URL`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process; it must run.
    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the server runs")
    }
}
