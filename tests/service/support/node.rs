//! A node of the service as a child process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{Answer, request};

/// How a node is to be started.
#[derive(Debug)]
pub struct NodeBuilder {
    options: Vec<(String, String)>,
    directory: Option<PathBuf>,
}

/// A running node; it is killed when this is dropped.
#[derive(Debug)]
pub struct Node {
    child: Child,
    /// Host and port of the REST API.
    pub rest: String,
    /// Host and port of the XML-RPC API.
    pub xmlrpc: String,
    /// The directory of its database, log and configuration.
    pub directory: PathBuf,
    _owned: Option<TempDir>,
}

impl NodeBuilder {
    /// A node with an empty database.
    pub fn new() -> Self {
        Self { options: Vec::new(), directory: None }
    }

    /// Sets an option of im.cfg.
    pub fn option(mut self, name: &str, value: impl ToString) -> Self {
        self.options.push((name.to_owned(), value.to_string()));
        self
    }

    /// Uses this directory, with the database that is in it, instead of a fresh one.
    pub fn directory(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_owned());
        self
    }

    /// Starts it and waits until it says where it listens.
    pub fn start(self) -> Node {
        let owned = self.directory.is_none().then(|| TempDir::new().expect("a directory"));
        let directory = match (&self.directory, &owned) {
            (Some(directory), _) => directory.clone(),
            (None, Some(owned)) => owned.path().to_owned(),
            (None, None) => unreachable!("one of the two was made"),
        };
        let mut options = vec![
            ("ACTIVATE_REST".to_owned(), "True".to_owned()),
            ("REST_ADDRESS".to_owned(), "127.0.0.1".to_owned()),
            ("REST_PORT".to_owned(), "0".to_owned()),
            ("XMLRCP_ADDRESS".to_owned(), "127.0.0.1".to_owned()),
            ("XMLRCP_PORT".to_owned(), "0".to_owned()),
            ("DATA_DB".to_owned(), format!("sqlite://{}", directory.join("inf.dat").display())),
            ("LOG_FILE".to_owned(), directory.join("im.log").display().to_string()),
            ("LOG_LEVEL".to_owned(), "DEBUG".to_owned()),
            ("CONFMAMAGER_CHECK_STATE_INTERVAL".to_owned(), "1".to_owned()),
        ];
        for (name, value) in self.options {
            options.retain(|(other, _)| *other != name);
            options.push((name, value));
        }
        let mut text = "[im]\n".to_owned();
        for (name, value) in options {
            text.push_str(&format!("{name} = {value}\n"));
        }
        let config = directory.join("im.cfg");
        fs::write(&config, text).expect("the configuration is written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_im"))
            .args(["serve", "--config"])
            .arg(&config)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("im starts");
        let stdout = child.stdout.take().expect("standard output");
        let (mut rest, mut xmlrpc) = (String::new(), String::new());
        let mut said = String::new();
        let mut lines = BufReader::new(stdout).lines();
        for line in lines.by_ref() {
            let line = line.expect("a line of text");
            if let Some((name, address)) = line.split_once("http://").or_else(|| line.split_once("https://")) {
                let address = address.trim_end_matches('/').to_owned();
                if name.starts_with("REST") {
                    rest = address;
                } else if name.starts_with("XML-RPC") {
                    xmlrpc = address;
                }
            }
            said.push_str(&line);
            said.push('\n');
            if line.starts_with("Ready") {
                break;
            }
        }
        assert!(said.contains("\nReady"), "the node did not get ready; it said:\n{said}");
        // Keep reading, so that the node never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Node { child, rest, xmlrpc, directory, _owned: owned }
    }
}

impl Node {
    /// A node with an empty database and the options that the tests need.
    pub fn start() -> Self {
        NodeBuilder::new().start()
    }

    /// Sends a request to the REST API.
    pub fn rest(&self, method: &str, path: &str, user: &str, body: &str) -> Answer {
        let auth = super::auth(user);
        let headers = [("Authorization", auth.as_str()), ("Content-Type", "text/plain")];
        request(&self.rest, method, path, &headers, body).expect("an answer")
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process has ended");
    }

    /// Asks the process to end, as `kill` does, and waits; answers whether it ended well.
    pub fn terminate(&mut self) -> bool {
        let status = Command::new("kill").arg(self.pid().to_string()).status();
        assert!(status.expect("kill runs").success());
        self.child.wait().expect("the process has ended").success()
    }

    /// What the log says.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("im.log")).unwrap_or_default()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
