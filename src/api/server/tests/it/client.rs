//! A server with a few paths, and a client that writes bytes.

use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use im_api_server::{Bound, EventLoops, Peer, ServerLimits, ServerSettings, TlsSettings, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Long enough for anything that must happen, and never waited for in vain.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) bound: Bound,
    pub(crate) drain: CancellationToken,
    pub(crate) shutdown: CancellationToken,
}

/// Begun requests of `/slow` are notified at `begun`, and end when `end` is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slow {
    pub(crate) begun: std::sync::Arc<Notify>,
    pub(crate) end: std::sync::Arc<Notify>,
}

// === impl Server ===

impl Server {
    pub(crate) async fn new(limits: ServerLimits) -> Self {
        Self::with(limits, None, Slow::default()).await
    }

    pub(crate) async fn with(limits: ServerLimits, tls: Option<TlsSettings>, slow: Slow) -> Self {
        let drain = CancellationToken::new();
        let settings = ServerSettings {
            name: "test",
            address: "127.0.0.1".to_owned(),
            port: 0,
            tls,
            limits,
            drain: drain.clone(),
            event_loops: Some(EventLoops::start().unwrap()),
        };
        let slowly = move || async move {
            slow.begun.notify_one();
            slow.end.notified().await;
            "done"
        };
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route(
                "/peer",
                get(|Extension(peer): Extension<Peer>| async move { peer.tls.to_string() }),
            )
            .route("/long", get(|| async { "x".repeat(64 << 20) }))
            .route("/slow", get(slowly));
        let shutdown = CancellationToken::new();
        let bound = serve(settings, router, shutdown.clone()).await.unwrap();
        Self {
            bound,
            drain,
            shutdown,
        }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.bound.addr).await.unwrap()
    }

    /// The answer to one request on a connection of its own.
    pub(crate) async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        // A server that closes early may break the writing; what it said before counts.
        let _ = stream.write_all(request.as_bytes()).await;
        rest(&mut stream).await
    }
}

/// A request that closes its connection.
pub(crate) fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
}

/// Everything until the other end closes.
pub(crate) async fn rest(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    let reading = stream.read_to_end(&mut bytes);
    let _ = timeout(PATIENCE, reading).await.expect("the server closes");
    String::from_utf8(bytes).unwrap()
}
