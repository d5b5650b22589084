//! A node of the service.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::{Answer, Process, Scratch, free_port, request, until};

/// How a node is to be started.
#[derive(Clone, Debug)]
pub struct NodeBuilder {
    binary: PathBuf,
    name: String,
    options: Vec<(String, String)>,
    variables: Vec<(String, String)>,
}

/// A node. It can end, and start again at the same addresses.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Host and port of the REST API.
    pub rest: String,
    /// Host and port of the XML-RPC API.
    pub xmlrpc: String,
    binary: PathBuf,
    options: Vec<(String, String)>,
    variables: Vec<(String, String)>,
    process: Option<Process>,
    scratch: Scratch,
}

// === impl NodeBuilder ===

impl NodeBuilder {
    /// A node alone, with a SQLite database of its own. `binary` is `env!("CARGO_BIN_EXE_im")`.
    pub fn new(binary: &str, name: &str) -> Self {
        Self {
            binary: binary.into(),
            name: name.to_owned(),
            options: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Sets an option of im.cfg.
    pub fn option(mut self, name: &str, value: impl ToString) -> Self {
        self.options.retain(|(other, _)| other != name);
        self.options.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets a variable of the environment, which is empty otherwise.
    pub fn variable(mut self, name: &str, value: impl ToString) -> Self {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    /// Starts it and waits until it is ready.
    pub fn start(self) -> Node {
        let scratch = Scratch::new();
        let (rest, xmlrpc) = (free_port(), free_port());
        let path = |name: &str| scratch.path().join(name).display().to_string();
        let mut options = vec![
            ("NODE_NAME".to_owned(), self.name.clone()),
            ("ACTIVATE_REST".to_owned(), "True".to_owned()),
            ("REST_ADDRESS".to_owned(), "127.0.0.1".to_owned()),
            ("REST_PORT".to_owned(), rest.to_string()),
            ("XMLRCP_ADDRESS".to_owned(), "127.0.0.1".to_owned()),
            ("XMLRCP_PORT".to_owned(), xmlrpc.to_string()),
            (
                "DATA_DB".to_owned(),
                format!("sqlite://{}", path("inf.dat")),
            ),
            ("LOG_FILE".to_owned(), path("im.log")),
            ("LOG_LEVEL".to_owned(), "DEBUG".to_owned()),
            // Not that of this machine, if it has one.
            ("LOGGING_CONF".to_owned(), String::new()),
            ("TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned()),
        ];
        for (name, value) in self.options {
            options.retain(|(other, _)| *other != name);
            options.push((name, value));
        }
        let mut node = Node {
            name: self.name,
            rest: format!("127.0.0.1:{rest}"),
            xmlrpc: format!("127.0.0.1:{xmlrpc}"),
            binary: self.binary,
            options,
            variables: self.variables,
            process: None,
            scratch,
        };
        node.run();
        node
    }
}

// === impl Node ===

impl Node {
    /// Starts the process again, with its directory and its addresses, and waits until it is ready.
    pub fn run(&mut self) {
        self.launch();
        self.ready();
    }

    /// Starts the process and waits for nothing.
    pub fn launch(&mut self) {
        let mut text = "[im]\n".to_owned();
        for (name, value) in &self.options {
            text.push_str(&format!("{name} = {value}\n"));
        }
        let config = self.directory().join("im.cfg");
        fs::write(&config, text).expect("the configuration is written");
        let _nothing_said_yet = fs::remove_file(self.directory().join("out"));
        let mut command = Command::new(&self.binary);
        command
            .args(["serve", "--config"])
            .arg(&config)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory())
            .envs(self.variables.iter().cloned());
        self.process = Some(Process::start(&mut command, self.scratch.path()));
    }

    /// Waits until the process says that it is ready.
    pub fn ready(&mut self) {
        let out = self.directory().join("out");
        until("the node is ready", || {
            let said = fs::read_to_string(&out).unwrap_or_default();
            let ended = self
                .process
                .as_mut()
                .is_none_or(|process| process.ended().is_some());
            assert!(
                !ended,
                "the node ended; it said:\n{said}\n{}",
                self.complaints()
            );
            said.lines().any(|line| line.starts_with("Ready"))
        });
    }

    /// Changes an option for the next start.
    pub fn set(&mut self, name: &str, value: impl ToString) {
        self.options.retain(|(other, _)| other != name);
        self.options.push((name.to_owned(), value.to_string()));
    }

    /// Sends a request of a user to the REST API.
    pub fn call(&self, method: &str, path: &str, user: &str, body: &str) -> Answer {
        request(&self.rest, method, path, user, body).expect("an answer")
    }

    /// The process; it must have been started.
    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the node runs")
    }

    /// Sends the process a signal: `STOP`, `CONT`, `TERM` ...
    pub fn signal(&self, name: &str) {
        self.process.as_ref().expect("the node runs").signal(name);
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.process().kill();
    }

    /// Asks it to end, as `kill` does, and waits.
    pub fn terminate(&mut self) -> ExitStatus {
        self.process().signal("TERM");
        self.process().wait()
    }

    /// The directory of its configuration, log and database.
    pub fn directory(&self) -> &Path {
        self.scratch.path()
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.directory().join("im.cfg")
    }

    /// What it said on standard error.
    pub fn complaints(&self) -> String {
        fs::read_to_string(self.directory().join("err")).unwrap_or_default()
    }

    /// What the log says.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory().join("im.log")).unwrap_or_default()
    }
}
