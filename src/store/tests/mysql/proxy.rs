//! A proxy between the store and the server, that loses answers.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// What happens to requests that have a certain text in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The server gets it, and its answer is lost with the connection.
    Answer(&'static str),
    /// The server does not get it; the connection is lost.
    Request(&'static str),
    /// The server gets it, and no answer ever comes.
    Silence(&'static str),
}

#[derive(Debug, Default)]
struct State {
    /// What is to be lost, first things first, each once.
    losses: Mutex<Vec<Loss>>,
    lost: AtomicUsize,
    closed: Notify,
}

/// A proxy. Its connections end when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

// === impl Proxy ===

impl Proxy {
    /// A proxy to a port of this machine.
    pub(crate) async fn to(target: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let mut tasks = JoinSet::new();
        let shared = Arc::clone(&state);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                connections.spawn(async move {
                    if let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await {
                        pass(client, server, &state).await;
                    }
                });
            }
        });
        Self {
            port,
            state,
            _tasks: tasks,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Loses what these say, one after the other.
    pub(crate) fn lose(&self, losses: &[Loss]) {
        *self.state.losses.lock().unwrap() = losses.to_vec();
        self.state.lost.store(0, Ordering::SeqCst);
    }

    /// How many were lost.
    pub(crate) fn lost(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }

    /// Breaks every connection that there is.
    pub(crate) fn cut(&self) {
        self.state.closed.notify_waiters();
    }
}

impl State {
    /// The loss of a request, if it is the next to be lost.
    fn next(&self, request: &[u8]) -> Option<Loss> {
        let mut losses = self.losses.lock().unwrap();
        let (Loss::Answer(text) | Loss::Request(text) | Loss::Silence(text)) = losses.first()?;
        let found = request
            .windows(text.len())
            .any(|window| window == text.as_bytes());
        if !found {
            return None;
        }
        self.lost.fetch_add(1, Ordering::SeqCst);
        Some(losses.remove(0))
    }
}

/// Passes bytes on in both directions. Requests are small, and a client sends the next one after the answer; so what is
/// read at once is one request.
async fn pass(client: TcpStream, server: TcpStream, state: &State) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut request = vec![0; 1 << 20];
    let mut answer = vec![0; 1 << 20];
    let mut loss: Option<Loss> = None;
    let closed = state.closed.notified();
    tokio::pin!(closed);
    loop {
        tokio::select! {
            () = &mut closed => return,
            read = from_client.read(&mut request) => {
                let Ok(count @ 1..) = read else { return };
                loss = loss.or_else(|| state.next(&request[..count]));
                if matches!(loss, Some(Loss::Request(_))) || to_server.write_all(&request[..count]).await.is_err() {
                    return;
                }
            }
            read = from_server.read(&mut answer) => {
                let Ok(count @ 1..) = read else { return };
                match loss {
                    // The server has answered, so it has done what it was asked.
                    Some(Loss::Answer(_)) => return,
                    Some(_) => {}
                    None => {
                        if to_client.write_all(&answer[..count]).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }
}
