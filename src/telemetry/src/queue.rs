//! Lines on their way to the disk, or to a daemon: a queue and a thread for each handler, so that none waits for another.
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
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::control::LogControl;
use crate::sink::Sink;
use crate::target::{Target, to_stderr};
use crate::traces::Exporting;

/// Bytes that may wait to be written.
const CAPACITY: usize = 4 * 1024 * 1024;

/// How long the end of the process waits for a disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the disk, to be shared.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    shared: Arc<Shared>,
}

/// Sends what is left of the traces and writes what is left of the log when it is dropped. To be kept until the end of `main`.
#[must_use = "the log ends when its guard is dropped"]
pub struct Guard {
    control: LogControl,
    /// Ended first, so that the log says what came of it.
    traces: Option<Exporting>,
    threads: Vec<Writer>,
}

/// A thread that writes.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
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
    reopen: bool,
    closing: bool,
    ended: bool,
}

/// Starts the thread that writes; `gap` makes the line that stands for so many dropped ones.
pub(crate) fn start(
    target: Target,
    gap: impl Fn(u64) -> String + Send + 'static,
) -> io::Result<(Queue, Writer)> {
    let shared = Arc::new(Shared::default());
    let of_thread = Arc::clone(&shared);
    let thread = thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || of_thread.run(target, gap))?;
    let queue = Queue {
        shared: Arc::clone(&shared),
    };
    Ok((queue, Writer { shared, thread }))
}

// === impl Queue ===

impl Queue {
    /// Has the target opened again, before the next line.
    pub(crate) fn reopen(&self) {
        self.shared.lock().reopen = true;
        self.shared.changed.notify_one();
    }
}

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
            let (dropped, reopen) = {
                let mut state = self
                    .changed
                    .wait_while(self.lock(), |state| state.is_idle())
                    .unwrap_or_else(PoisonError::into_inner);
                if state.closing && state.lines.is_empty() && state.dropped == 0 {
                    state.ended = true;
                    self.ended.notify_all();
                    return;
                }
                std::mem::swap(&mut state.lines, &mut batch);
                (
                    std::mem::take(&mut state.dropped),
                    std::mem::take(&mut state.reopen),
                )
            };
            if reopen {
                target.reopen();
            }
            if dropped > 0 {
                batch.extend_from_slice(gap(dropped).as_bytes());
            }
            target.write(&batch, &|time| self.pause(time));
        }
    }

    /// Waits before another try; whether there is to be one. The end, and a wish to open the target again, cut it short.
    fn pause(&self, time: Duration) -> bool {
        let (state, _) = self
            .changed
            .wait_timeout_while(self.lock(), time, |state| !state.closing && !state.reopen)
            .unwrap_or_else(PoisonError::into_inner);
        !state.closing
    }
}

// === impl State ===

impl State {
    fn is_idle(&self) -> bool {
        self.lines.is_empty() && self.dropped == 0 && !self.reopen && !self.closing
    }
}

// === impl Guard ===

impl Guard {
    pub(crate) fn new(
        control: LogControl,
        threads: Vec<Writer>,
        traces: Option<Exporting>,
    ) -> Self {
        Self {
            control,
            traces,
            threads,
        }
    }

    /// The means to change the log while the process runs.
    pub fn control(&self) -> LogControl {
        self.control.clone()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.traces.take());
        // All are told first, so that they end at the same time.
        for writer in &self.threads {
            writer.shared.lock().closing = true;
            writer.shared.changed.notify_one();
        }
        for writer in self.threads.drain(..) {
            let shared = &writer.shared;
            let (state, _) = shared
                .ended
                .wait_timeout_while(shared.lock(), PATIENCE, |state| !state.ended)
                .unwrap_or_else(PoisonError::into_inner);
            let ended = state.ended;
            drop(state);
            if ended {
                // It has nothing left to do but return.
                let _ = writer.thread.join();
            }
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
    use crate::settings::FileSettings;
    use crate::target::LogFile;

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
        let target = Target::File(LogFile::open(FileSettings {
            path: path.clone(),
            max_size: 0,
            kept: 0,
            truncate: false,
        }));
        shared.run(target, |dropped| format!("{dropped} dropped\n"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 5);
        assert!(text.ends_with("x\n3 dropped\n"));
    }
}
