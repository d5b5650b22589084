//! From files to a TLS configuration.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::TlsError;
use crate::TlsSettings;

pub(super) fn load(settings: &TlsSettings) -> Result<ServerConfig, TlsError> {
    let key = PrivateKeyDer::from_pem_file(&settings.key_file)
        .map_err(|error| file_error(&settings.key_file, "a private key", error))?;
    let chain = certificates(&settings.cert_file)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pair = |source| TlsError::Pair {
        key: settings.key_file.clone(),
        cert: settings.cert_file.clone(),
        source,
    };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(pair)?;
    let builder = match &settings.client_ca_file {
        None => builder.with_no_client_auth(),
        Some(file) => builder.with_client_cert_verifier(client_verifier(
            file,
            settings.require_client_certificate,
            provider,
        )?),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn client_verifier(
    file: &Path,
    required: bool,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    const EXPECTED: &str = "certificates of authorities";
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| file_error(file, EXPECTED, error))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = if required {
        verifier
    } else {
        verifier.allow_unauthenticated()
    };
    verifier
        .build()
        .map_err(|error| file_error(file, EXPECTED, error))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    const EXPECTED: &str = "a certificate";
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| file_error(file, EXPECTED, error))?;
    if found.is_empty() {
        return Err(file_error(file, EXPECTED, "no certificate was found"));
    }
    Ok(found)
}

fn file_error(file: &Path, expected: &'static str, reason: impl std::fmt::Display) -> TlsError {
    TlsError::File {
        file: file.to_owned(),
        expected,
        reason: reason.to_string(),
    }
}
