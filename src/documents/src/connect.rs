//! A connection to a host whose address was checked.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::Host;

use crate::address::may_reach;
use crate::error::DocumentError;
use crate::lookup::Lookup;
use crate::target::Target;
use crate::tls::Trust;

/// A stream to a server, with or without TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Makes connections.
#[derive(Debug)]
pub(crate) struct Connector {
    lookup: Arc<dyn Lookup>,
    allowed: Vec<IpNet>,
    trust: Trust,
}

// === impl Connector ===

impl Connector {
    pub(crate) fn new(lookup: Arc<dyn Lookup>, allowed: Vec<IpNet>, trust: Trust) -> Self {
        Self {
            lookup,
            allowed,
            trust,
        }
    }

    /// A connection to the server of a target. The time it may take is the caller's matter.
    pub(crate) async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, DocumentError> {
        let addresses = self.addresses(target).await?;
        let stream = any(&addresses).await?;
        if !target.is_secure() {
            return Ok(Box::new(stream));
        }
        let name = match target.host() {
            Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
                .map_err(|_| DocumentError::Address(format!("'{name}' is not the name of a host"))),
            Host::Ipv4(address) => Ok(ServerName::from(IpAddr::V4(address))),
            Host::Ipv6(address) => Ok(ServerName::from(IpAddr::V6(address))),
        }?;
        let connector = self.trust.connector().await?;
        match connector.connect(name, stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(DocumentError::Broken(format!("TLS: {error}"))),
        }
    }

    /// The addresses of the host that may be reached. A host all of whose addresses are closed is refused.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, DocumentError> {
        let port = target.port();
        let found = match target.host() {
            Host::Ipv4(address) => vec![SocketAddr::from((address, port))],
            Host::Ipv6(address) => vec![SocketAddr::from((address, port))],
            Host::Domain(name) => {
                let found = self.lookup.addresses(name, port).await;
                found.map_err(|_| unknown(name))?
            }
        };
        let host = target.host().to_string();
        if found.is_empty() {
            return Err(unknown(&host));
        }
        let open: Vec<SocketAddr> = found
            .into_iter()
            .filter(|address| may_reach(address.ip(), &self.allowed))
            .collect();
        if open.is_empty() {
            return Err(DocumentError::Closed(host));
        }
        Ok(open)
    }
}

fn unknown(host: &str) -> DocumentError {
    DocumentError::Broken(format!("the host '{host}' is not known"))
}

/// The first of the addresses that answers.
async fn any(addresses: &[SocketAddr]) -> Result<TcpStream, DocumentError> {
    let mut last = None;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    let reason = last.map_or_else(|| "no address".to_owned(), |error| error.kind().to_string());
    Err(DocumentError::Broken(reason))
}
