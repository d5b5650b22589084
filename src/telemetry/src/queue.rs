//! Lines on their way to the disk.
//!
//! Whoever logs appends its finished line to a buffer under a lock: a copy of some hundred bytes. One thread takes
//! the whole buffer, leaves an empty one, and writes what it took with one call. So a disk that stalls stalls that
//! thread alone, many lines cost one write, and no request waits longer than for a copy.
//!
//! Memory is bounded: the buffer holds [`CAPACITY`] bytes at most, and the thread holds as many. Lines that come when
//! it is full are dropped and counted, and the log says how many, in the place where they are missing.
//!
//! What is lost: nothing at an orderly end, since the [`Guard`] waits until everything is written, unless a disk takes
//! more than [`PATIENCE`] over it. The thread sleeps
//! only while the buffer is empty (it is woken by the append that finds it so, and looks at the buffer before it
//! sleeps, both under the lock, so that no waking is missed); at `kill -9` there are missing the lines that came
//! while the last write was under way.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::rotating::RotatingFile;
use crate::sink::Sink;

/// Bytes that may wait to be written.
const CAPACITY: usize = 4 * 1024 * 1024;

/// How long the end of the process waits for a disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the disk, to be shared.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    shared: Arc<Shared>,
}

/// Writes what is left of the log when it is dropped. To be kept until the end of `main`.
#[must_use = "the log ends when its guard is dropped"]
pub struct Guard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Where the lines end up.
#[derive(Debug)]
pub(crate) enum Target {
    /// A file.
    File(RotatingFile),
    /// Standard error.
    Stderr,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Something was appended, or the end has come.
    changed: Condvar,
    /// The thread has ended.
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    dropped: u64,
    closing: bool,
    ended: bool,
}

/// Starts the thread that writes; `gap` makes the line that stands for so many dropped ones.
pub(crate) fn start(
    target: Target,
    gap: impl Fn(u64) -> String + Send + 'static,
) -> io::Result<(Queue, Guard)> {
    let shared = Arc::new(Shared::default());
    let of_thread = Arc::clone(&shared);
    let thread = thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || of_thread.run(target, gap))?;
    let queue = Queue {
        shared: Arc::clone(&shared),
    };
    let guard = Guard {
        shared,
        thread: Some(thread),
    };
    Ok((queue, guard))
}

// === impl Queue ===

impl Sink for Queue {
    fn put(&self, line: &[u8]) {
        let mut state = self.shared.lock();
        if state.ended {
            drop(state);
            return to_stderr(line);
        }
        if state.lines.len() + line.len() > CAPACITY {
            state.dropped += 1;
            return;
        }
        let was_empty = state.lines.is_empty();
        state.lines.extend_from_slice(line);
        drop(state);
        if was_empty {
            self.shared.changed.notify_one();
        }
    }
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes until the end has come and nothing is left.
    fn run(&self, mut target: Target, gap: impl Fn(u64) -> String) {
        let mut batch = Vec::new();
        loop {
            batch.clear();
            let dropped = {
                let mut state = self
                    .changed
                    .wait_while(self.lock(), |state| state.is_idle())
                    .unwrap_or_else(PoisonError::into_inner);
                if state.lines.is_empty() && state.dropped == 0 {
                    state.ended = true;
                    self.ended.notify_all();
                    return;
                }
                std::mem::swap(&mut state.lines, &mut batch);
                std::mem::take(&mut state.dropped)
            };
            if dropped > 0 {
                batch.extend_from_slice(gap(dropped).as_bytes());
            }
            target.write(&batch);
        }
    }
}

// === impl State ===

impl State {
    fn is_idle(&self) -> bool {
        self.lines.is_empty() && self.dropped == 0 && !self.closing
    }
}

// === impl Target ===

impl Target {
    /// Writes whole lines; what the file does not take goes to standard error.
    fn write(&mut self, lines: &[u8]) {
        if let Self::File(file) = self
            && let Err(error) = file.write_lines(lines)
        {
            to_stderr(format!("The log file cannot be written: {error}.\n").as_bytes());
            to_stderr(lines);
        }
        if let Self::Stderr = self {
            to_stderr(lines);
        }
    }
}

/// Standard error may be closed; then there is nobody left to tell.
pub(crate) fn to_stderr(text: &[u8]) {
    let _ = io::stderr().lock().write_all(text);
}

// === impl Guard ===

impl Drop for Guard {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closing = true;
        self.shared.changed.notify_one();
        let (state, _) = self
            .shared
            .ended
            .wait_timeout_while(state, PATIENCE, |state| !state.ended)
            .unwrap_or_else(PoisonError::into_inner);
        let ended = state.ended;
        drop(state);
        if ended && let Some(thread) = self.thread.take() {
            // It has nothing left to do but return.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_buffer_drops_lines_and_says_how_many() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("im.log");
        let shared = Arc::new(Shared::default());
        let queue = Queue {
            shared: Arc::clone(&shared),
        };
        let line = [b"x".repeat(CAPACITY / 4 - 1), b"\n".to_vec()].concat();
        for _ in 0..7 {
            queue.put(&line);
        }
        assert!(shared.lock().lines.len() <= CAPACITY);
        shared.lock().closing = true;
        let target = Target::File(RotatingFile::open(&path, u64::MAX).unwrap());
        shared.run(target, |dropped| format!("{dropped} dropped\n"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 5);
        assert!(text.ends_with("x\n3 dropped\n"));
    }
}
