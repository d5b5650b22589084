//! A node of the service as a child process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

use super::{Answer, request};

/// How a node is to be started.
#[derive(Debug)]
pub(crate) struct NodeBuilder {
    options: Vec<(String, String)>,
    /// Options of other sections.
    others: Vec<(String, String, String)>,
    directory: Option<PathBuf>,
}

/// A running node; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Node {
    child: Child,
    /// Host and port of the REST API.
    pub(crate) rest: String,
    /// Host and port of the XML-RPC API.
    pub(crate) xmlrpc: String,
    /// The directory of its database, log and configuration.
    pub(crate) directory: PathBuf,
    /// What it said on standard output and standard error.
    said: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    _owned: Option<TempDir>,
}

impl NodeBuilder {
    /// A node with an empty database.
    pub(crate) fn new() -> Self {
        Self {
            options: Vec::new(),
            others: Vec::new(),
            directory: None,
        }
    }

    /// Sets an option of im.cfg.
    pub(crate) fn option(mut self, name: &str, value: impl ToString) -> Self {
        self.options.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets an option of im.cfg in another section than `[im]`.
    pub(crate) fn section(mut self, section: &str, name: &str, value: impl ToString) -> Self {
        let option = (section.to_owned(), name.to_owned(), value.to_string());
        self.others.push(option);
        self
    }

    /// Uses this directory, with the database that is in it, instead of a fresh one.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_owned());
        self
    }

    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(self) -> Node {
        let owned = self
            .directory
            .is_none()
            .then(|| TempDir::new().expect("a directory"));
        let directory = match (&self.directory, &owned) {
            (Some(directory), _) => directory.clone(),
            (None, Some(owned)) => owned.path().to_owned(),
            (None, None) => unreachable!("one of the two was made"),
        };
        let mut child = self.command(&directory).spawn().expect("im starts");
        let said = Arc::new(Mutex::new(String::new()));
        let stderr = BufReader::new(child.stderr.take().expect("standard error"));
        let complaints = Arc::clone(&said);
        let mut readers = vec![thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                eprintln!("{line}");
                append(&complaints, &line);
            }
        })];
        let mut lines = BufReader::new(child.stdout.take().expect("standard output"))
            .lines()
            .map_while(Result::ok);
        let (mut rest, mut xmlrpc, mut ready) = (String::new(), String::new(), false);
        for line in lines.by_ref() {
            if let Some((name, address)) = line
                .split_once("http://")
                .or_else(|| line.split_once("https://"))
            {
                let address = address.trim_end_matches('/').to_owned();
                if name.starts_with("REST") {
                    rest = address;
                } else if name.starts_with("XML-RPC") {
                    xmlrpc = address;
                }
            }
            append(&said, &line);
            ready = line.starts_with("Ready");
            if ready {
                break;
            }
        }
        // Keep reading, so that the node never waits for a full pipe.
        let rest_of_output = Arc::clone(&said);
        readers.push(thread::spawn(move || {
            lines.for_each(|line| append(&rest_of_output, &line));
        }));
        let node = Node {
            child,
            rest,
            xmlrpc,
            directory,
            said,
            readers,
            _owned: owned,
        };
        assert!(
            ready,
            "the node did not get ready; it said:\n{}",
            node.said()
        );
        node
    }

    /// Runs it to its end, for a start that must fail.
    pub(crate) fn fail(self) -> Output {
        let owned = TempDir::new().expect("a directory");
        let directory = self
            .directory
            .clone()
            .unwrap_or_else(|| owned.path().to_owned());
        self.command(&directory).output().expect("im starts")
    }

    fn command(&self, directory: &Path) -> Command {
        let mut options = vec![
            ("ACTIVATE_REST".to_owned(), "True".to_owned()),
            ("REST_ADDRESS".to_owned(), "127.0.0.1".to_owned()),
            ("REST_PORT".to_owned(), "0".to_owned()),
            ("XMLRCP_ADDRESS".to_owned(), "127.0.0.1".to_owned()),
            ("XMLRCP_PORT".to_owned(), "0".to_owned()),
            (
                "DATA_DB".to_owned(),
                format!("sqlite://{}", directory.join("inf.dat").display()),
            ),
            (
                "LOG_FILE".to_owned(),
                directory.join("im.log").display().to_string(),
            ),
            ("LOG_LEVEL".to_owned(), "DEBUG".to_owned()),
            // Not that of this machine, if it has one.
            ("LOGGING_CONF".to_owned(), String::new()),
            (
                "CONFMAMAGER_CHECK_STATE_INTERVAL".to_owned(),
                "1".to_owned(),
            ),
        ];
        for (name, value) in &self.options {
            options.retain(|(other, _)| other != name);
            options.push((name.clone(), value.clone()));
        }
        let mut text = "[im]\n".to_owned();
        for (name, value) in options {
            text.push_str(&format!("{name} = {value}\n"));
        }
        for (section, name, value) in &self.others {
            text.push_str(&format!("[{section}]\n{name} = {value}\n"));
        }
        let config = directory.join("im.cfg");
        fs::write(&config, text).expect("the configuration is written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_im"));
        command
            .args(["serve", "--config"])
            .arg(&config)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn append(said: &Mutex<String>, line: &str) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    said.push_str(line);
    said.push('\n');
}

impl Node {
    /// A node with an empty database and the options that the tests need.
    pub(crate) fn start() -> Self {
        NodeBuilder::new().start()
    }

    /// Sends a request to the REST API.
    pub(crate) fn rest(&self, method: &str, path: &str, user: &str, body: &str) -> Answer {
        let auth = super::auth(user);
        let headers = [
            ("Authorization", auth.as_str()),
            ("Content-Type", "text/plain"),
        ];
        request(&self.rest, method, path, &headers, body).expect("an answer")
    }

    /// The id of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process has ended");
    }

    /// Asks the process to end, as `kill` does, and waits; answers whether it ended well.
    pub(crate) fn terminate(&mut self) -> bool {
        let status = Command::new("kill").arg(self.pid().to_string()).status();
        assert!(status.expect("kill runs").success());
        let ended = self.child.wait().expect("the process has ended");
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        ended.success()
    }

    /// What it said on standard output and standard error so far; all of it once it has ended.
    pub(crate) fn said(&self) -> String {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What the log says.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.join("im.log")).unwrap_or_default()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}
