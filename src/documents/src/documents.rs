//! The documents of the process.

use std::borrow::Cow;
use std::sync::Arc;

use im_util::Clock;
use tokio::task::spawn_blocking;

use crate::cache::Cache;
use crate::connect::Connector;
use crate::directory::Directory;
use crate::error::{DocumentError, SettingsError};
use crate::fetch::Fetcher;
use crate::lookup::{Lookup, SystemLookup};
use crate::repository::TemplateRepository;
use crate::settings::DocumentSettings;
use crate::target::Target;
use crate::tls::Trust;

/// Gets documents. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct Documents {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    directory: Option<Directory>,
    cache: Cache,
    fetcher: Fetcher,
    templates: Option<TemplateRepository>,
}

// === impl Documents ===

impl Documents {
    /// Documents as the settings say. The error is a full sentence.
    pub fn new(settings: DocumentSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        Self::with_lookup(settings, clock, Arc::new(SystemLookup))
    }

    /// The same, with names found in another way.
    pub fn with_lookup(
        settings: DocumentSettings,
        clock: Arc<dyn Clock>,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, SettingsError> {
        let directory = settings.directory.as_deref();
        let directory = directory.map(|path| Directory::open(path, settings.max_bytes));
        let trust = Trust::new(settings.ca_file.as_deref())?;
        let connector = Connector::new(lookup, settings.allowed_networks.clone(), trust);
        Ok(Self {
            inner: Arc::new(Inner {
                directory: directory.transpose()?,
                cache: Cache::new(settings.cache_bytes, settings.cache_time, clock),
                fetcher: Fetcher::new(connector, &settings),
                templates: settings.templates,
            }),
        })
    }

    /// The document at an address.
    pub async fn get(&self, url: &str) -> Result<Arc<str>, DocumentError> {
        let inner = &self.inner;
        let templates = inner.templates.as_ref();
        let url = templates.map_or(Cow::Borrowed(url), |templates| templates.source(url));
        let Some(directory) = inner.directory.clone() else {
            let target = Target::parse(&url)?;
            return inner.cache.get(&target, &inner.fetcher).await;
        };
        let url = url.into_owned();
        let read = spawn_blocking(move || directory.read(&url)).await;
        read.unwrap_or_else(|_| Err(DocumentError::Broken("reading was cut off".to_owned())))
    }
}
