//! One connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::context::TokioContext;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::timer::ConnectionTimer;
use crate::tls::Tls;
use crate::watched::{Serving, Watched};
use crate::{Answering, ConnectionMemory, Handler, ServerLimits};

/// Who is at the other end; an extension of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The address of the client, or of the proxy before it.
    pub address: SocketAddr,
    /// The address that was connected to.
    pub local: SocketAddr,
    /// Whether the connection is encrypted.
    pub tls: bool,
}

/// How connections are told to end.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// After the request that is being served, or at once if there is none.
    pub(crate) gracefully: CancellationToken,
    /// At once.
    pub(crate) cut: CancellationToken,
    /// The next answer is the last one.
    pub(crate) drain: CancellationToken,
}

/// What every connection of a listener needs.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) name: &'static str,
    pub(crate) handler: Handler,
    pub(crate) limits: ServerLimits,
    pub(crate) tls: Option<Arc<Tls>>,
    /// The runtime that answers belong to, if it is not that of their connection.
    pub(crate) runtime: Option<Handle>,
}

// === impl Ends ===

impl Ends {
    /// For one more connection. Its own tokens are told what these are, and nothing that connections look at for each request
    /// is shared among them: a token takes a lock to answer.
    pub(crate) fn of_one_more(&self) -> Self {
        Self {
            gracefully: self.gracefully.child_token(),
            cut: self.cut.child_token(),
            drain: self.drain.child_token(),
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Serves a connection until it ends.
    pub(crate) async fn serve(&self, stream: TcpStream, peer: Peer, ends: &Ends) {
        let Some(tls) = &self.tls else {
            return self.serve_http(stream, peer, ends).await;
        };
        let handshake = TlsAcceptor::from(tls.current()).accept(stream);
        match timeout(self.limits.head_timeout, handshake).await {
            Ok(Ok(stream)) => self.serve_http(stream, peer, ends).await,
            Ok(Err(error)) => {
                tracing::debug!(api = self.name, peer = %peer.address, %error, "The TLS handshake failed.");
            }
            Err(_) => {
                tracing::debug!(api = self.name, peer = %peer.address, "The TLS handshake took too long.");
            }
        }
    }

    async fn serve_http<S>(&self, stream: S, peer: Peer, ends: &Ends)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = &self.limits;
        let stream = Watched::new(stream, limits.head_timeout, limits.write_timeout);
        let phase = stream.phase();
        let memory = ConnectionMemory::default();
        let service = service_fn(move |request| {
            // From now on, not from when the answer is first asked for: in between, hyper looks whether the client is gone,
            // which would be waiting for a head.
            let serving = phase.serve();
            let answered = self.respond(serving, peer, memory.clone(), request);
            async move {
                let mut response = answered.await;
                if ends.drain.is_cancelled() {
                    let headers = response.headers_mut();
                    headers.insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(ConnectionTimer::default())
            .header_read_timeout(limits.idle_timeout.max(limits.head_timeout))
            .max_headers(limits.headers)
            .max_buf_size(limits.head_bytes.max(16 * 1024))
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let ended = match ends
            .gracefully
            .run_until_cancelled(connection.as_mut())
            .await
        {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(api = self.name, peer = %peer.address, %error, "The connection ended early.");
        }
    }

    async fn respond(
        &self,
        _serving: Serving,
        peer: Peer,
        memory: ConnectionMemory,
        request: Request<Incoming>,
    ) -> Response {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(memory);
        let looks = request.method().is_safe();
        let answering = self.handler.answer(request);
        match &self.runtime {
            None => answering.await,
            Some(runtime) if looks => TokioContext::new(answering, runtime.clone()).await,
            Some(runtime) => answer_on(runtime, answering).await,
        }
    }
}

/// Answers on another runtime. Like an answer here, it is given up when nobody waits for it any more.
async fn answer_on(runtime: &Handle, answering: Answering) -> Response {
    match AbortOnDropHandle::new(runtime.spawn(answering)).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The process ends, and its connections with it.
            Err(_) => std::future::pending().await,
        },
    }
}
