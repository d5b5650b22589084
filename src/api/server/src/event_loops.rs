//! The threads that serve connections: each runs an event loop of its own, and a connection stays where it was put.
//!
//! # Why not on the runtime that everything else runs on
//! Threads that share their tasks wake one another, and take from one another what a request has just written. With few
//! requests there at once, as behind a load balancer, that was a third of the processor time of a read from memory: 28 µs on
//! two threads that shared, 19 µs on one (`loadtest/README.md`).
//!
//! # How many
//! One for every two processors. A loop answers tens of thousands of reads in a second, and two that are half idle cost more
//! than one that is busy; the other processors are for changes, and for the system.
//!
//! # What runs here
//! The reading of requests, and the answers of those that change nothing (RFC 9110, section 9.2.1). A request that may change
//! something is answered by a task of the runtime that the listener was begun on: it may compute for long, and would
//! keep the other connections of its loop waiting. A connection is given to the loop that has the fewest, so the loops are
//! loaded alike.
//!
//! # What belongs here
//! Connections, and nothing else. An answer that is made here is polled in the context of the runtime that the listener was
//! begun on: tasks that it begins run there, and sockets that it opens, which others use after it, are watched there.
//! So the loops can end before what uses those; they do so, with all connections that are left, when the last clone is gone.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Threads that serve connections; a clone is the same ones.
#[derive(Clone, Debug)]
pub struct EventLoops {
    loops: Arc<[EventLoop]>,
    _end: Arc<DropGuard>,
}

#[derive(Debug)]
struct EventLoop {
    runtime: Handle,
    connections: Arc<AtomicUsize>,
}

/// One connection of a loop, counted until it is dropped.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

// === impl EventLoops ===

impl EventLoops {
    /// One for every two processors that this process may use.
    ///
    /// # Errors
    /// If the operating system has no means for them.
    pub fn start() -> io::Result<Self> {
        let number = available_parallelism().map_or(1, |all| all.get().div_ceil(2));
        let end = CancellationToken::new();
        let guard = Arc::new(end.clone().drop_guard());
        let loops = (0..number)
            .map(|number| EventLoop::start(number, end.clone()))
            .collect::<io::Result<_>>()?;
        Ok(Self { loops, _end: guard })
    }

    /// Serves a connection on the loop that has the fewest. It is dropped if it cannot be given there.
    pub(crate) fn serve<F>(
        &self,
        connection: TcpStream,
        serve: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let load = |one: &&EventLoop| one.connections.load(Ordering::Relaxed);
        let (Some(chosen), Ok(connection)) =
            (self.loops.iter().min_by_key(load), connection.into_std())
        else {
            return;
        };
        let counted = Counted::new(&chosen.connections);
        chosen.runtime.spawn(async move {
            // Registered with the loop that this runs on.
            if let Ok(connection) = TcpStream::from_std(connection) {
                serve(connection).await;
            }
            drop(counted);
        });
    }
}

// === impl EventLoop ===

impl EventLoop {
    fn start(number: usize, end: CancellationToken) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        thread::Builder::new()
            .name(format!("connections-{number}"))
            .spawn(move || runtime.block_on(end.cancelled()))?;
        Ok(Self {
            runtime: handle,
            connections: Arc::default(),
        })
    }
}

// === impl Counted ===

impl Counted {
    fn new(of: &Arc<AtomicUsize>) -> Self {
        of.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(of))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
