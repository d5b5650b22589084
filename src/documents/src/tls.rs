//! Who is believed to be whom.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;

use crate::error::{DocumentError, SettingsError};

/// The authorities: those of the machine, which are read when the first address needs them, and those of an option.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    own: Vec<CertificateDer<'static>>,
    config: OnceCell<Arc<ClientConfig>>,
}

// === impl Trust ===

impl Trust {
    pub(crate) fn new(file: Option<&Path>) -> Result<Self, SettingsError> {
        let mut own = Vec::new();
        if let Some(file) = file {
            let error = |reason: String| SettingsError::Authorities {
                file: file.to_owned(),
                reason,
            };
            own = CertificateDer::pem_file_iter(file)
                .and_then(Iterator::collect)
                .map_err(|reason| error(reason.to_string()))?;
            let mut roots = RootCertStore::empty();
            for certificate in &own {
                let added = roots.add(certificate.clone());
                added.map_err(|reason| error(reason.to_string()))?;
            }
            if own.is_empty() {
                return Err(error("no certificate was found".to_owned()));
            }
        }
        Ok(Self {
            own,
            config: OnceCell::new(),
        })
    }

    pub(crate) async fn connector(&self) -> Result<TlsConnector, DocumentError> {
        let config = self.config.get_or_try_init(|| async {
            let own = self.own.clone();
            let made = tokio::task::spawn_blocking(move || config(own)).await;
            made.unwrap_or_else(|_| Err("TLS cannot be used".to_owned()))
        });
        let config = config.await.map_err(DocumentError::Broken)?;
        Ok(TlsConnector::from(Arc::clone(config)))
    }
}

fn config(own: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate of an authority of this machine cannot be read");
    }
    let _ = roots.add_parsable_certificates(found.certs.into_iter().chain(own));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
