//! An rsyslog.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use crate::{Process, Scratch, free_port, until};

/// An rsyslog that listens over UDP, TCP and on a socket like `/dev/log`, and writes what it gets into a file. It can end,
/// and start again at the same addresses.
#[derive(Debug)]
pub struct Rsyslog {
    /// The port for UDP and TCP.
    pub port: u16,
    process: Process,
    scratch: Scratch,
}

// === impl Rsyslog ===

impl Rsyslog {
    /// What has to be on the machine.
    pub const NEEDS: [&'static str; 1] = ["rsyslogd"];

    /// Starts one.
    pub fn start() -> Self {
        let scratch = Scratch::new();
        let port = free_port();
        let path = scratch.path().display();
        let configuration = format!(
            "global(workDirectory=\"{path}\" maxMessageSize=\"64k\")\n\
             module(load=\"imudp\")\nmodule(load=\"imtcp\")\nmodule(load=\"imuxsock\" SysSock.Use=\"off\")\n\
             input(type=\"imudp\" address=\"127.0.0.1\" port=\"{port}\")\n\
             input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{port}\")\n\
             input(type=\"imuxsock\" Socket=\"{path}/log\" UseSpecialParser=\"off\" RateLimit.Interval=\"0\")\n\
             template(name=\"all\" type=\"string\" string=\"%inputname% %syslogfacility-text%.%syslogseverity-text% %rawmsg%\\n\")\n\
             action(type=\"omfile\" file=\"{path}/messages\" template=\"all\")\n"
        );
        fs::write(scratch.path().join("rsyslog.conf"), configuration).expect("the configuration");
        let process = run(&scratch);
        let rsyslog = Self {
            port,
            process,
            scratch,
        };
        rsyslog.listens();
        rsyslog
    }

    /// Ends it at once, with what it has not written.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again.
    pub fn run(&mut self) {
        for stale in ["pid", "log"] {
            let _gone = fs::remove_file(self.scratch.path().join(stale));
        }
        self.process = run(&self.scratch);
        self.listens();
    }

    fn listens(&self) {
        until("rsyslog listens", || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok() && self.socket().exists()
        });
    }

    /// The socket like `/dev/log`.
    pub fn socket(&self) -> PathBuf {
        self.scratch.path().join("log")
    }

    /// What came: the name of the input, facility and severity, and the message as it was sent.
    pub fn messages(&self) -> String {
        fs::read_to_string(self.scratch.path().join("messages")).unwrap_or_default()
    }
}

fn run(scratch: &Scratch) -> Process {
    // It is where the paths of users do not look.
    let mut command = Command::new("/usr/sbin/rsyslogd");
    command
        .arg("-n")
        .arg("-f")
        .arg(scratch.path().join("rsyslog.conf"))
        .arg("-i")
        .arg(scratch.path().join("pid"));
    Process::start(&mut command, scratch.path())
}
