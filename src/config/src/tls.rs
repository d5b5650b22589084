//! The files that secure an API.

use std::path::PathBuf;

/// Where the certificate of an API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The private key, PEM.
    pub key: PathBuf,
    /// The certificate, with its chain, PEM.
    pub certificate: PathBuf,
    /// Certification authorities against which the certificates that clients present are checked, PEM.
    pub client_authorities: Option<PathBuf>,
}
