//! The documents of one request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use im_tosca::{FetchError, Resolver};
use tokio::runtime::Handle;

use crate::documents::Documents;
use crate::error::DocumentError;
use crate::repository::TemplateRepository;

/// A resolver for one request, made by [`Documents::for_request`]: it counts the documents, and ends when the time of the request for them is over.
#[derive(Debug)]
pub struct RequestDocuments {
    documents: Documents,
    runtime: Handle,
    began: Duration,
    had: AtomicUsize,
}

// === impl RequestDocuments ===

impl RequestDocuments {
    pub(crate) fn new(documents: Documents, runtime: Handle) -> Self {
        Self {
            began: documents.clock().monotonic(),
            documents,
            runtime,
            had: AtomicUsize::new(0),
        }
    }

    /// The document at an address, unless the request has had its number or its time.
    pub async fn get(&self, url: &str) -> Result<Arc<str>, DocumentError> {
        let settings = self.documents.settings();
        if self.had.fetch_add(1, Ordering::Relaxed) >= settings.max_documents {
            return Err(DocumentError::TooMany(settings.max_documents));
        }
        let gone = self
            .documents
            .clock()
            .monotonic()
            .saturating_sub(self.began);
        let left = settings.request_timeout.saturating_sub(gone);
        let got = tokio::time::timeout(left, self.documents.get(url)).await;
        got.unwrap_or(Err(DocumentError::TimedOut(settings.request_timeout)))
    }
}

impl Resolver for RequestDocuments {
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        let got = self.runtime.block_on(self.get(url));
        got.map_err(FetchError::from)
    }

    fn template_repository(&self) -> Option<&str> {
        let templates = self.documents.settings().templates.as_ref();
        templates.map(TemplateRepository::base)
    }
}
