//! TLS, with certificates that may be replaced while the server runs.
//!
//! Each connection takes the configuration that is current when it begins and keeps it, so that a new certificate
//! neither waits for old connections nor cuts them. Files that cannot be used (half of a replacement, say) leave the
//! present certificate in use, and are said once in the log. An authority for certificates of clients that was there at
//! the start is never dropped, even if its file disappears.

mod config;
mod stamp;

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval};

use crate::TlsSettings;
use stamp::Stamp;

/// Files that do not make a TLS configuration.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read, or is not PEM of the expected kind.
    #[error("{}: {reason}; {expected} in PEM form was expected.", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What was expected in it.
        expected: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The key and the certificate do not fit each other, or are of a kind that is not supported.
    #[error("{} and {} cannot be used together: {source}.", key.display(), cert.display())]
    Pair {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        cert: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// The current TLS configuration of a listener.
#[derive(Debug)]
pub struct Tls {
    settings: TlsSettings,
    current: ArcSwap<ServerConfig>,
}

// === impl Tls ===

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// If they do not make a configuration.
    pub fn load(mut settings: TlsSettings) -> Result<Self, TlsError> {
        settings.client_ca_file = settings.client_ca_file.filter(|file| file.exists());
        let config = config::load(&settings)?;
        Ok(Self {
            settings,
            current: ArcSwap::from_pointee(config),
        })
    }

    /// The configuration for a new connection.
    pub fn current(&self) -> Arc<ServerConfig> {
        self.current.load_full()
    }

    /// Looks at the files for ever, and takes them when they changed.
    pub async fn follow_files(&self) {
        let mut seen = Stamp::of(&self.settings);
        let mut ticks = interval(self.settings.reload_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = Stamp::of(&self.settings);
            if now == seen {
                continue;
            }
            seen = now;
            match config::load(&self.settings) {
                Ok(config) => {
                    self.current.store(Arc::new(config));
                    tracing::info!(file = %self.settings.cert_file.display(), "The certificate files changed and are in use.");
                }
                Err(error) => {
                    tracing::error!(%error, "The certificate files changed and cannot be used: the former ones stay in use.");
                }
            }
        }
    }
}
