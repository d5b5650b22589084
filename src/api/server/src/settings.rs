//! What a server needs to know to begin.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use tokio_util::sync::CancellationToken;

use crate::EventLoops;

/// A listener and its limits.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The name of the API, for the log: `REST`, `XML-RPC`.
    pub name: &'static str,
    /// The address or host name to listen on.
    pub address: String,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Where the certificates are; without them the API is served in clear.
    pub tls: Option<TlsSettings>,
    /// What connections may take.
    pub limits: ServerLimits,
    /// Cancelled when the node is about to leave: from then on each answer is the last one of its connection, so that
    /// load balancers keep no idle connection to a listener that will close.
    pub drain: CancellationToken,
    /// The threads that serve the connections; without them it is the runtime that the listener runs on.
    pub event_loops: Option<EventLoops>,
}

/// The files of TLS, all in PEM.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    /// The private key.
    pub key_file: PathBuf,
    /// The certificate, followed by its chain.
    pub cert_file: PathBuf,
    /// The authorities that certificates of clients are checked against. If the file is absent at the start, no
    /// certificate is asked for.
    pub client_ca_file: Option<PathBuf>,
    /// With `client_ca_file`: whether clients without a certificate are turned away.
    pub require_client_certificate: bool,
    /// How often the files are looked at for a change.
    pub reload_interval: Duration,
}

/// What connections may take.
#[derive(Clone, Debug)]
pub struct ServerLimits {
    /// Connections in all. The limit of open files of the process lowers it.
    pub connections: usize,
    /// Connections of one client: an IPv4 address, or the first 64 bits of an IPv6 address.
    pub connections_per_client: usize,
    /// Proxies, that bring the connections of many clients: the limit for one client does not hold for them.
    pub trusted_proxies: Vec<IpNet>,
    /// The longest head of a request, in bytes. More is answered with 431.
    pub head_bytes: usize,
    /// The most headers of a request. More is answered with 431.
    pub headers: usize,
    /// How long the TLS handshake may take, the first head of a connection from its beginning, and every other head from
    /// its first byte on.
    pub head_timeout: Duration,
    /// How long a connection is kept between two requests; at least `head_timeout`.
    pub idle_timeout: Duration,
    /// How long a client may not read its answer.
    pub write_timeout: Duration,
    /// How long running requests have to finish after the stop.
    pub stop_timeout: Duration,
}

// === impl ServerLimits ===

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_client: 512,
            trusted_proxies: Vec::new(),
            head_bytes: 128 * 1024,
            headers: 100,
            head_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(30),
        }
    }
}

// === impl TlsSettings ===

impl TlsSettings {
    /// A key and a certificate, without certificates of clients.
    pub fn new(key_file: impl Into<PathBuf>, cert_file: impl Into<PathBuf>) -> Self {
        Self {
            key_file: key_file.into(),
            cert_file: cert_file.into(),
            client_ca_file: None,
            require_client_certificate: true,
            reload_interval: Duration::from_secs(5),
        }
    }
}
