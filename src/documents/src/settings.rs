//! What getting documents may cost, and where they come from.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::TemplateRepository;

/// How documents are got.
#[derive(Clone, Debug)]
pub struct DocumentSettings {
    /// Documents come from files below this directory and not from the network: `https://HOST/PATH` is `HOST/PATH`.
    pub directory: Option<PathBuf>,
    /// Networks that may be reached though they are not public.
    pub allowed_networks: Vec<IpNet>,
    /// Certificates of authorities that are believed beside those of the machine.
    pub ca_file: Option<PathBuf>,
    /// The longest document, in bytes.
    pub max_bytes: usize,
    /// How long one document may take, redirects included.
    pub timeout: Duration,
    /// How many redirects are followed for one document.
    pub max_redirects: usize,
    /// How many documents are fetched at the same time, for all requests.
    pub simultaneous: usize,
    /// How many bytes of documents are kept.
    pub cache_bytes: u64,
    /// How long a document is kept before it is asked for again.
    pub cache_time: Duration,
    /// The templates that others may build on.
    pub templates: Option<TemplateRepository>,
}

// === impl DocumentSettings ===

impl Default for DocumentSettings {
    fn default() -> Self {
        Self {
            directory: None,
            allowed_networks: Vec::new(),
            ca_file: None,
            max_bytes: 4 << 20,
            timeout: Duration::from_secs(10),
            max_redirects: 5,
            simultaneous: 64,
            cache_bytes: 64 << 20,
            cache_time: Duration::from_secs(60),
            templates: None,
        }
    }
}
