//! Processes and directories that end with the tests.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A directory that is deleted when this is dropped, or the tests end.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    guardian: Option<Child>,
}

/// A process, the leader of a group, that is killed with its group when this is dropped, or the tests end.
#[derive(Debug)]
pub struct Process {
    child: Child,
    guardian: Option<Child>,
    ended: Option<ExitStatus>,
}

/// The first of these programs that is not there, as a sentence; and says that the test is skipped.
pub fn missing(test: &str, programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &str| {
        std::env::split_paths(&path)
            .chain([PathBuf::from("/usr/sbin")])
            .any(|directory| directory.join(name).is_file())
    };
    let missing = programs.iter().find(|name| !is_there(name));
    if let Some(name) = missing {
        println!("skipped: {test}: there is no {name}");
    }
    missing.is_some()
}

/// Where a program of `PyPI` may be: on the PATH, or in the environment that `tests/run` makes for such tools.
pub(crate) fn tools_named(name: &str) -> impl Iterator<Item = PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    directories.extend(cache.or(home).map(|cache| cache.join("im/tools/bin")));
    directories
        .into_iter()
        .map(move |directory| directory.join(name))
}

/// A port of 127.0.0.1 that nobody uses now. The system gives none of this range to those who connect, so that nobody
/// has it when a server takes it, or takes it again.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let place = std::process::id().wrapping_mul(7919).wrapping_add(number) % 17_000;
        let port = 15_000 + u16::try_from(place).expect("a small number");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A breath between two looks at a condition.
pub fn pause() {
    thread::sleep(Duration::from_millis(20));
}

/// Waits until the condition holds; panics with its name after a minute.
#[track_caller]
pub fn until(what: &str, holds: impl FnMut() -> bool) {
    until_or(what, holds, String::new);
}

/// The same; what is said by the process that does not come to it is part of the panic.
#[track_caller]
pub fn until_or(what: &str, mut holds: impl FnMut() -> bool, said: impl FnOnce() -> String) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        if Instant::now() >= end {
            panic!("it did not come to this: {what}\n{}", said());
        }
        pause();
    }
}

fn guardian(script: &str, argument: &str) -> Child {
    Command::new("sh")
        .args(["-c", script, "guardian", argument])
        // What ends the tests from outside must not end the guardian first.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

// === impl Scratch ===

impl Scratch {
    /// A new directory.
    pub fn new() -> Self {
        let path = tempfile::tempdir().expect("a directory").keep();
        // Processes that are being killed may still write: a second try gets that.
        let script = "cat >/dev/null; rm -rf \"$1\" 2>/dev/null || { sleep 1; rm -rf \"$1\"; }";
        let guardian = guardian(script, &path.display().to_string());
        Self {
            path,
            guardian: Some(guardian),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(mut guardian) = self.guardian.take() {
            drop(guardian.stdin.take());
            let _ = guardian.wait();
        }
    }
}

// === impl Process ===

impl Process {
    /// Starts it; what it says goes to the files `out` and `err` of the directory, after what is there.
    pub fn start(command: &mut Command, directory: &Path) -> Self {
        let file = |name: &str| -> File {
            let path = directory.join(name);
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .expect("a file for what it says")
        };
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("err"))
            .spawn()
            .expect("the program starts");
        let guardian = guardian("cat >/dev/null; kill -9 \"-$1\"", &child.id().to_string());
        Self {
            child,
            guardian: Some(guardian),
            ended: None,
        }
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it alone a signal: `TERM`, `STOP`, `CONT`, `USR2` ...
    pub fn signal(&self, name: &str) {
        assert!(self.ended.is_none(), "the process has ended");
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.pid().to_string()])
            .status();
        assert!(sent.expect("kill runs").success(), "{name} cannot be sent");
        if name == "STOP" {
            until("every thread stands still", || self.stands_still());
        }
    }

    fn stands_still(&self) -> bool {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.pid())).expect("its threads");
        threads.map_while(Result::ok).all(|thread| {
            let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            stat.rsplit_once(") ")
                .is_none_or(|(_, state)| state.starts_with('T'))
        })
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().expect("its state");
        }
        self.ended
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        until("the process has ended", || self.ended().is_some());
        self.ended().expect("it has ended")
    }

    /// Ends it and its group at once, as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut guardian) = self.guardian.take() {
            drop(guardian.stdin.take());
            let _ = guardian.wait();
        }
        if self.ended.is_none() {
            self.ended = self.child.wait().ok();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
