//! From names to addresses.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;

/// Finds the addresses of a name.
#[async_trait]
pub trait Lookup: Send + Sync + fmt::Debug {
    /// All addresses of a host, each with the port.
    async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// As the machine does it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

// === impl SystemLookup ===

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}
