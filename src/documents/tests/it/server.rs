//! Servers on loopback, with and without TLS, and documents that may reach them.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use im_documents::{DocumentSettings, Documents};
use im_util::{Clock, ManualClock, SystemClock};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A server; it ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// A certificate for a name and the authority that issued it, in PEM.
pub(crate) struct Certificate {
    pub(crate) authority: String,
    config: Arc<ServerConfig>,
}

// === impl Server ===

impl Server {
    /// Serves a router.
    pub(crate) async fn start(router: Router) -> Self {
        Self::listen(move |stream| serve(router.clone(), stream)).await
    }

    /// Serves a router over TLS.
    pub(crate) async fn start_tls(router: Router, certificate: &Certificate) -> Self {
        let acceptor = TlsAcceptor::from(Arc::clone(&certificate.config));
        Self::listen(move |stream| {
            let (acceptor, router) = (acceptor.clone(), router.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(router, stream).await;
                }
            }
        })
        .await
    }

    /// Answers each request with the pieces that a function gives by its number, a pause between them, and without end if
    /// the function does not end.
    pub(crate) async fn pieces(
        piece: impl Fn(usize) -> Option<Vec<u8>> + Send + Sync + Clone + 'static,
        pause: Duration,
    ) -> Self {
        Self::listen(move |mut stream| {
            let piece = piece.clone();
            async move {
                let mut head = vec![0; 4096];
                let _ = stream.read(&mut head).await;
                for number in 0.. {
                    let Some(bytes) = piece(number) else { return };
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(pause).await;
                }
            }
        })
        .await
    }

    async fn listen<F>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
        Self { address, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<S>(router: Router, stream: S)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let service = TowerToHyperService::new(router);
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

// === impl Certificate ===

impl Certificate {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Self {
            authority: authority.pem(),
            config: Arc::new(config),
        }
    }

    pub(crate) fn write(&self, directory: &Path) -> std::path::PathBuf {
        let file = directory.join("authority.pem");
        std::fs::write(&file, &self.authority).unwrap();
        file
    }
}

/// Settings with which loopback may be reached.
pub(crate) fn loopback() -> DocumentSettings {
    DocumentSettings {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
        ..DocumentSettings::default()
    }
}

pub(crate) fn documents(settings: DocumentSettings) -> Documents {
    Documents::new(settings, Arc::new(SystemClock::new())).unwrap()
}

/// Documents whose clock the test moves.
pub(crate) fn documents_by(clock: &Arc<ManualClock>, settings: DocumentSettings) -> Documents {
    let clock: Arc<dyn Clock> = clock.clone();
    Documents::new(settings, clock).unwrap()
}
