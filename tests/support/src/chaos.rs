//! A TCP proxy that breaks connections on command, to put between a node and what it talks to.
//!
//! It works on bytes and knows no protocol. While it holds bytes back, nobody is told: as in a network that lost its way,
//! what was sent may arrive later, when the fault is over.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// What happens to bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Chaos {
    /// They pass.
    Pass,
    /// Open connections are closed, new ones too.
    Cut,
    /// They pass, each portion later than it came.
    Delay(Duration),
    /// They go nowhere, and nobody is told: connections stay open, also new ones.
    BlackHole,
    /// Requests pass until one holds these bytes; it waits, with what comes after it, until this is over. Other
    /// connections go on.
    Hold(Vec<u8>),
    /// Requests pass until one holds these bytes; it passes too, and once the answer to it has come, that is dropped
    /// and the connection closed. Other connections go on.
    LoseAnswers(Vec<u8>),
}

/// A proxy before one address.
#[derive(Debug)]
pub struct ChaosProxy {
    address: SocketAddr,
    chaos: watch::Sender<Chaos>,
    struck: Arc<AtomicU64>,
    runtime: Option<Runtime>,
}

/// What a connection does once its side has a portion of bytes.
#[derive(Clone)]
struct Rules {
    chaos: watch::Receiver<Chaos>,
    struck: Arc<AtomicU64>,
    /// Whether a request went by whose answer is to be lost.
    doomed: Arc<watch::Sender<bool>>,
}

/// Which way bytes go.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    Request,
    Answer,
}

// === impl ChaosProxy ===

impl ChaosProxy {
    /// Starts one before `host:port`, which need not listen yet.
    pub fn start(upstream: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let (chaos, rules) = watch::channel(Chaos::Pass);
        let struck = Arc::new(AtomicU64::new(0));
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .expect("a port");
        let address = listener.local_addr().expect("its address");
        runtime.spawn(accept(
            listener,
            upstream.to_owned(),
            rules,
            Arc::clone(&struck),
        ));
        Self {
            address,
            chaos,
            struck,
            runtime: Some(runtime),
        }
    }

    /// Host and port where it listens.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The port where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What is to happen to bytes from now on, on open connections too.
    pub fn set(&self, chaos: Chaos) {
        self.chaos.send_replace(chaos);
    }

    /// How many requests were held back, and how many answers lost, so far.
    pub fn struck(&self) -> u64 {
        self.struck.load(Ordering::Relaxed)
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(
    listener: TcpListener,
    upstream: String,
    chaos: watch::Receiver<Chaos>,
    struck: Arc<AtomicU64>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let rules = Rules {
            chaos: chaos.clone(),
            struck: Arc::clone(&struck),
            doomed: Arc::new(watch::channel(false).0),
        };
        let upstream = upstream.clone();
        tokio::spawn(async move {
            // Broken connections are what this is for.
            let _ = connection(client, &upstream, rules).await;
        });
    }
}

async fn connection(client: TcpStream, upstream: &str, mut rules: Rules) -> io::Result<()> {
    // A black hole swallows the first packet, too.
    let chaos = rules.chaos.wait_for(|chaos| *chaos != Chaos::BlackHole);
    if chaos.await.map_or(true, |chaos| *chaos == Chaos::Cut) {
        return Ok(());
    }
    let server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = rules.chaos.clone();
    // Whichever side ends, or is cut, the other ends with it.
    tokio::select! {
        ended = pump(from_client, to_server, Way::Request, rules.clone()) => ended,
        ended = pump(from_server, to_client, Way::Answer, rules) => ended,
        _cut = cut.wait_for(|chaos| *chaos == Chaos::Cut) => Ok(()),
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: Way,
    mut rules: Rules,
) -> io::Result<()> {
    let mut portion = vec![0; 64 << 10];
    loop {
        let size = from.read(&mut portion).await?;
        if size == 0 {
            return Ok(());
        }
        if !rules.pass(&portion[..size], way).await {
            return Ok(());
        }
        to.write_all(&portion[..size]).await?;
    }
}

// === impl Rules ===

impl Rules {
    /// Waits until the bytes may pass; whether they may.
    async fn pass(&mut self, bytes: &[u8], way: Way) -> bool {
        loop {
            let chaos = self.chaos.borrow_and_update().clone();
            if way == Way::Answer && *self.doomed.borrow() {
                self.struck.fetch_add(1, Ordering::Relaxed);
                return false;
            }
            match chaos {
                Chaos::Pass => return true,
                Chaos::Cut => return false,
                Chaos::BlackHole => {
                    if self.chaos.changed().await.is_err() {
                        return false;
                    }
                }
                Chaos::Delay(time) => {
                    tokio::time::sleep(time).await;
                    return true;
                }
                Chaos::Hold(request) => {
                    if way == Way::Answer || !contains(bytes, &request) {
                        return true;
                    }
                    self.struck.fetch_add(1, Ordering::Relaxed);
                    if self.chaos.changed().await.is_err() {
                        return false;
                    }
                }
                Chaos::LoseAnswers(request) => {
                    if way == Way::Request && contains(bytes, &request) {
                        self.doomed.send_replace(true);
                    }
                    return true;
                }
            }
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || bytes.windows(wanted.len()).any(|window| window == wanted)
}
