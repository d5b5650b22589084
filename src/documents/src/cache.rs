//! What was fetched, for a while.

use std::sync::Arc;
use std::time::Duration;

use im_util::Clock;
use moka::future::Cache as Moka;
use moka::ops::compute::{CompResult, Op};

use crate::error::DocumentError;
use crate::fetch::{Fetched, Fetcher, Validators};
use crate::target::Target;

/// How long a document that nobody asks for is kept, and so how old one can be that stands in for a server that is away.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// What an entry weighs beside its text.
const OVERHEAD: usize = 512;

/// The documents that are kept, by their address.
#[derive(Debug)]
pub(crate) struct Cache {
    kept: Moka<String, Entry>,
    fresh: Duration,
    clock: Arc<dyn Clock>,
}

#[derive(Clone, Debug)]
struct Entry {
    text: Arc<str>,
    validators: Validators,
    /// When it was last what the server has.
    confirmed: Duration,
}

// === impl Cache ===

impl Cache {
    pub(crate) fn new(bytes: u64, fresh: Duration, clock: Arc<dyn Clock>) -> Self {
        let weight = |key: &String, entry: &Entry| {
            let weight = key.len() + entry.text.len() + OVERHEAD;
            u32::try_from(weight).unwrap_or(u32::MAX)
        };
        Self {
            kept: Moka::builder()
                .max_capacity(bytes)
                .weigher(weight)
                .time_to_idle(IDLE)
                .build(),
            fresh,
            clock,
        }
    }

    /// The document at an address: the one that is kept if it is fresh, else as the server has it now. Those who want the
    /// same one wait for each other here, and find it fresh afterwards. One that is kept stands in for a server that is away.
    pub(crate) async fn get(
        &self,
        target: &Target,
        fetcher: &Fetcher,
    ) -> Result<Arc<str>, DocumentError> {
        if let Some(entry) = self.kept.get(target.as_str()).await
            && self.is_fresh(&entry)
        {
            return Ok(entry.text);
        }
        let entry = self.kept.entry(target.as_str().to_owned());
        let result = entry
            .and_try_compute_with(|kept| async {
                let kept = kept.map(moka::Entry::into_value);
                if kept.as_ref().is_some_and(|kept| self.is_fresh(kept)) {
                    return Ok(Op::Nop);
                }
                self.renew(target, kept, fetcher).await.map(Op::Put)
            })
            .await;
        match result {
            Ok(
                CompResult::Inserted(entry)
                | CompResult::ReplacedWith(entry)
                | CompResult::Unchanged(entry),
            ) => Ok(entry.into_value().text),
            Ok(CompResult::StillNone(_) | CompResult::Removed(_)) => {
                Err(DocumentError::Broken("nothing was fetched".to_owned()))
            }
            Err(error) => {
                if !error.is_passing() {
                    self.kept.invalidate(target.as_str()).await;
                }
                Err(error)
            }
        }
    }

    async fn renew(
        &self,
        target: &Target,
        kept: Option<Entry>,
        fetcher: &Fetcher,
    ) -> Result<Entry, DocumentError> {
        let known = kept.as_ref().map(|entry| &entry.validators);
        let fetched = fetcher.fetch(target, known).await;
        let confirmed = self.clock.monotonic();
        match (fetched, kept) {
            (Ok(Fetched::Document { text, validators }), _) => Ok(Entry {
                text,
                validators,
                confirmed,
            }),
            (Ok(Fetched::Unchanged), Some(kept)) => Ok(Entry { confirmed, ..kept }),
            (Ok(Fetched::Unchanged), None) => {
                Err(DocumentError::Broken("nothing was fetched".to_owned()))
            }
            (Err(error), Some(kept)) if error.is_passing() => {
                tracing::warn!(
                    document.url = target.as_str(),
                    %error,
                    "a document cannot be fetched; the one that was fetched before stands in"
                );
                Ok(Entry { confirmed, ..kept })
            }
            (Err(error), _) => Err(error),
        }
    }

    fn is_fresh(&self, entry: &Entry) -> bool {
        self.clock.monotonic().saturating_sub(entry.confirmed) < self.fresh
    }
}
