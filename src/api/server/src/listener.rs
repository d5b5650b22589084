//! The listener: takes connections until the stop, then lets them finish.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admission::Admission;
use crate::connection::{Ends, Peer, Shared};
use crate::deaf::deafen;
use crate::tls::{Tls, TlsError};
use crate::{EventLoops, Handler, ServerLimits, ServerSettings};

/// How long no connection is taken after the operating system had no means for one.
const BREATH: Duration = Duration::from_millis(50);

/// How long a connection that has begun takes to be made.
const HANDSHAKE: Duration = Duration::from_millis(20);

/// How long those who have just connected may take to ask, after the listener is closed. A load balancer connects and
/// asks in the same moment; closed in between, it would not know whether a change was done, and could not ask elsewhere.
const LINGER: Duration = Duration::from_millis(500);

/// Time between two looks whether they are all gone.
const LOOK: Duration = Duration::from_millis(10);

/// A server that listens.
#[derive(Debug)]
pub struct Bound {
    /// The address that it listens on.
    pub addr: SocketAddr,
    /// Ends when the server was told to stop and its connections have ended, or were cut off.
    pub join: JoinHandle<()>,
}

/// Why a server did not begin.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("The {name} API cannot listen on {address} port {port}: {source}.")]
    Bind {
        /// The API.
        name: &'static str,
        /// The address, as configured.
        address: String,
        /// The port, as configured.
        port: u16,
        /// What the operating system says.
        source: io::Error,
    },
    /// TLS cannot be set up.
    #[error("TLS of the {name} API: {source}")]
    Tls {
        /// The API.
        name: &'static str,
        /// What is wrong.
        source: TlsError,
    },
}

struct Listener {
    tcp: TcpListener,
    local: SocketAddr,
    admission: Arc<Admission>,
    shared: Arc<Shared>,
    connections: TaskTracker,
    ends: Ends,
    event_loops: Option<EventLoops>,
}

/// A server that has its port and takes no connection yet; those who connect wait.
#[derive(Debug)]
pub struct Listening {
    tcp: TcpListener,
    /// The address that it listens on.
    pub addr: SocketAddr,
    settings: ServerSettings,
    tls: Option<Arc<Tls>>,
}

/// Takes the port and reads the files of TLS.
///
/// # Errors
/// If the address cannot be listened on or the files of TLS cannot be used.
pub async fn listen(mut settings: ServerSettings) -> Result<Listening, ServeError> {
    let name = settings.name;
    let tls = settings
        .tls
        .take()
        .map(|tls| Tls::load(tls).map(Arc::new))
        .transpose()
        .map_err(|source| ServeError::Tls { name, source })?;
    let bound = TcpListener::bind((settings.address.as_str(), settings.port)).await;
    let (tcp, addr) = bound
        .and_then(|tcp| tcp.local_addr().map(|addr| (tcp, addr)))
        .map_err(|source| ServeError::Bind {
            name,
            address: settings.address.clone(),
            port: settings.port,
            source,
        })?;
    Ok(Listening {
        tcp,
        addr,
        settings,
        tls,
    })
}

/// Listens, and serves connections with the handler until `shutdown` is cancelled. When this returns, clients can
/// connect.
///
/// # Errors
/// If the address cannot be listened on or the files of TLS cannot be used.
pub async fn serve(
    settings: ServerSettings,
    handler: impl Into<Handler>,
    shutdown: CancellationToken,
) -> Result<Bound, ServeError> {
    Ok(listen(settings).await?.serve(handler, shutdown))
}

// === impl Listening ===

impl Listening {
    /// Serves connections with the handler until `shutdown` is cancelled.
    pub fn serve(self, handler: impl Into<Handler>, shutdown: CancellationToken) -> Bound {
        let Self {
            tcp,
            addr,
            settings,
            tls,
        } = self;
        let ServerSettings {
            name,
            limits,
            drain,
            event_loops,
            ..
        } = settings;
        let listener = Listener {
            tcp,
            local: addr,
            admission: Arc::new(Admission::new(&limits)),
            shared: Arc::new(Shared {
                name,
                handler: handler.into(),
                limits,
                tls,
                runtime: event_loops.is_some().then(Handle::current),
            }),
            connections: TaskTracker::new(),
            ends: Ends {
                drain,
                ..Ends::default()
            },
            event_loops,
        };
        let join = tokio::spawn(listener.run(shutdown));
        Bound { addr, join }
    }
}

// === impl Listener ===

impl Listener {
    async fn run(self, shutdown: CancellationToken) {
        let tls = self.shared.tls.clone();
        let files = async move {
            match tls {
                Some(tls) => tls.follow_files().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.accept() => {}
            () = files => {}
        }
        self.stop().await;
    }

    async fn accept(&self) {
        loop {
            match self.tcp.accept().await {
                Ok((stream, address)) => self.take(stream, address),
                Err(error) => {
                    tracing::warn!(api = self.shared.name, %error, "A connection could not be taken.");
                    sleep(BREATH).await;
                }
            }
        }
    }

    fn take(&self, stream: TcpStream, address: SocketAddr) {
        let ticket = match self.admission.enter(address.ip()) {
            Ok(ticket) => ticket,
            Err(refusal) => {
                tracing::debug!(api = self.shared.name, peer = %address, ?refusal, "A connection was refused.");
                return;
            }
        };
        // Answers are written whole: waiting for more of them to fill a packet would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(api = self.shared.name, peer = %address, %error, "The connection is gone.");
            return;
        }
        let peer = Peer {
            address,
            local: self.local,
            tls: self.shared.tls.is_some(),
        };
        let shared = Arc::clone(&self.shared);
        let (counted, ends) = (self.connections.token(), self.ends.of_one_more());
        let serve = async move |stream| {
            ends.cut
                .run_until_cancelled(shared.serve(stream, peer, &ends))
                .await;
            drop((ticket, counted));
        };
        match &self.event_loops {
            None => {
                tokio::spawn(serve(stream));
            }
            Some(loops) => loops.serve(stream, serve),
        }
    }

    /// Closes the listener first, so that clients and proxies turn elsewhere while running requests finish.
    ///
    /// Three kinds of connections would be cut off by that alone, as was measured under load (`tests/haproxy/rolling.rs`):
    /// those that wait to be taken (the operating system resets them: they are taken first, and no more are let in, see
    /// [`deaf`](crate::deaf)), those that were taken and
    /// have not asked yet (the graceful end closes them at once: they get [`LINGER`]), and those that a load balancer
    /// keeps for later (whoever drains has told it to close them, with `Connection: close` on every answer).
    async fn stop(self) {
        if let Err(error) = deafen(&self.tcp) {
            tracing::debug!(api = self.shared.name, %error, "Who connects now is cut off.");
        }
        let _none_waits = timeout(HANDSHAKE, self.accept()).await;
        let Self {
            tcp,
            connections,
            shared,
            ends,
            ..
        } = self;
        drop(tcp);
        let _all_gone = timeout(LINGER, async {
            while !connections.is_empty() {
                sleep(LOOK).await;
            }
        })
        .await;
        let ServerLimits { stop_timeout, .. } = shared.limits;
        ends.gracefully.cancel();
        connections.close();
        if timeout(stop_timeout, connections.wait()).await.is_err() {
            tracing::warn!(
                api = shared.name,
                "Requests did not finish in time and are cut off."
            );
            ends.cut.cancel();
        }
    }
}
