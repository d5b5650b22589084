//! The documents of the process.

use std::borrow::Cow;
use std::sync::Arc;

use im_util::Clock;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::cache::Cache;
use crate::connect::Connector;
use crate::directory::Directory;
use crate::error::{DocumentError, SettingsError};
use crate::fetch::Fetcher;
use crate::lookup::{Lookup, SystemLookup};
use crate::request::RequestDocuments;
use crate::settings::DocumentSettings;
use crate::target::Target;
use crate::tls::Trust;

/// How many requests wait for documents at the same time, for all users: fewer than there are threads for such work.
const REQUESTS: usize = 128;

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
    /// How many requests may wait for documents, each on a thread.
    turns: Arc<Semaphore>,
    settings: DocumentSettings,
    clock: Arc<dyn Clock>,
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
                cache: Cache::new(
                    settings.cache_bytes,
                    settings.cache_time,
                    Arc::clone(&clock),
                ),
                fetcher: Fetcher::new(connector, &settings),
                turns: Arc::new(Semaphore::new(REQUESTS)),
                settings,
                clock,
            }),
        })
    }

    /// The document at an address.
    pub async fn get(&self, url: &str) -> Result<Arc<str>, DocumentError> {
        let inner = &self.inner;
        let templates = inner.settings.templates.as_ref();
        let url = templates.map_or(Cow::Borrowed(url), |templates| templates.source(url));
        let Some(directory) = inner.directory.clone() else {
            let target = Target::parse(&url)?;
            return inner.cache.get(&target, &inner.fetcher).await;
        };
        let url = url.into_owned();
        let read = spawn_blocking(move || directory.read(&url)).await;
        read.unwrap_or_else(|_| Err(DocumentError::Broken("reading was cut off".to_owned())))
    }

    /// Does work of one request that needs documents, on a thread where it may wait for them. The time of the request
    /// for its documents begins when it gets its turn; it waits for that as long at most.
    pub async fn for_request<T: Send + 'static>(
        &self,
        work: impl FnOnce(&RequestDocuments) -> T + Send + 'static,
    ) -> Result<T, DocumentError> {
        let limit = self.inner.settings.request_timeout;
        let turn = Arc::clone(&self.inner.turns).acquire_owned();
        let turn = tokio::time::timeout(limit, turn).await;
        let turn = turn.map_err(|_| DocumentError::TimedOut(limit))?;
        let resolver = RequestDocuments::new(self.clone(), Handle::current());
        let done = spawn_blocking(move || {
            let _turn = turn;
            work(&resolver)
        });
        match done.await {
            Ok(done) => Ok(done),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(DocumentError::Broken("the service ends".to_owned())),
            },
        }
    }

    pub(crate) fn settings(&self) -> &DocumentSettings {
        &self.inner.settings
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }
}
