//! One question to a listener of this machine, as its own process answers it: what health checks are made of.
//!
//! It needs no run time, and over TLS it trusts one certificate only, that of the listener's own file, whatever names
//! are in it: who asks and who is asked have the same configuration.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error,
    SignatureScheme, StreamOwned,
};

/// What is read of an answer; those that this is for are far shorter.
const LONGEST: u64 = 64 * 1024;

/// An answer: its status, and its body as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Accepts the certificate that it was given, and no other.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

/// Sends a `GET` to a listener of this machine. `certificate` is the file of its certificate, if it speaks TLS.
///
/// # Errors
/// If no answer came within the patience, for each step.
pub fn probe(
    listens: SocketAddr,
    certificate: Option<&Path>,
    path: &str,
    patience: Duration,
) -> io::Result<Probed> {
    let address = reachable(listens);
    let stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    match certificate {
        None => exchange(stream, address, path),
        Some(file) => {
            let client = client(address.ip(), file)?;
            exchange(StreamOwned::new(client, stream), address, path)
        }
    }
}

/// Where a listener on all addresses is reached from its own machine.
fn reachable(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

fn client(ip: IpAddr, file: &Path) -> io::Result<ClientConnection> {
    let certificate = CertificateDer::from_pem_file(file)
        .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pinned = Arc::new(Pinned {
        certificate,
        provider: Arc::clone(&provider),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(pinned)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::from(ip)).map_err(io::Error::other)
}

fn exchange(mut stream: impl Read + Write, address: SocketAddr, path: &str) -> io::Result<Probed> {
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    stream.flush()?;
    let mut bytes = Vec::new();
    let end = stream.take(LONGEST).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    match parsed(&text) {
        Some(probed) => Ok(probed),
        None => {
            end?;
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "what answered does not speak HTTP",
            ))
        }
    }
}

fn parsed(text: &str) -> Option<Probed> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    Some(Probed {
        status: status.parse().ok()?,
        body: body.to_owned(),
    })
}

// === impl Pinned ===

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *end_entity == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
