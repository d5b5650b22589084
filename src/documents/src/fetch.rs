//! One document over the network: redirects, and what the answers mean.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::sync::Semaphore;

use crate::connect::Connector;
use crate::error::DocumentError;
use crate::exchange::{Answer, ask};
use crate::settings::DocumentSettings;
use crate::target::Target;

/// What a server gave to tell whether a document has changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Validators {
    pub(crate) etag: Option<HeaderValue>,
    pub(crate) last_modified: Option<HeaderValue>,
}

/// What a fetch comes to.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// The document.
    Document {
        text: Arc<str>,
        validators: Validators,
    },
    /// It is what it was.
    Unchanged,
}

/// Fetches documents.
#[derive(Debug)]
pub(crate) struct Fetcher {
    connector: Connector,
    turns: Semaphore,
    max_bytes: usize,
    max_redirects: usize,
    timeout: Duration,
}

// === impl Fetcher ===

impl Fetcher {
    pub(crate) fn new(connector: Connector, settings: &DocumentSettings) -> Self {
        Self {
            connector,
            turns: Semaphore::new(settings.simultaneous.max(1)),
            max_bytes: settings.max_bytes,
            max_redirects: settings.max_redirects,
            timeout: settings.timeout,
        }
    }

    /// Fetches a document, or learns that it has not changed. Waiting for a turn counts as well.
    pub(crate) async fn fetch(
        &self,
        target: &Target,
        known: Option<&Validators>,
    ) -> Result<Fetched, DocumentError> {
        let fetched = tokio::time::timeout(self.timeout, self.follow(target, known)).await;
        fetched.unwrap_or(Err(DocumentError::TimedOut(self.timeout)))
    }

    async fn follow(
        &self,
        target: &Target,
        known: Option<&Validators>,
    ) -> Result<Fetched, DocumentError> {
        let _turn = self.turns.acquire().await;
        let conditions = known.map(Validators::conditions).unwrap_or_default();
        let mut target = target.clone();
        for _ in 0..=self.max_redirects {
            let stream = self.connector.connect(&target).await?;
            let answer = ask(stream, &target, &conditions, self.max_bytes).await?;
            match (answer.status, answer.headers.get(LOCATION)) {
                (StatusCode::OK, _) => return document(answer),
                (StatusCode::NOT_MODIFIED, _) if known.is_some() => return Ok(Fetched::Unchanged),
                (status, Some(location)) if is_redirect(status) => {
                    target = target.redirected(location.to_str().unwrap_or_default())?;
                }
                _ => return Err(refusal(&answer)),
            }
        }
        Err(DocumentError::Redirects(self.max_redirects))
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn document(answer: Answer) -> Result<Fetched, DocumentError> {
    let text = std::str::from_utf8(&answer.body).map_err(|_| DocumentError::NotText)?;
    let validator = |name: HeaderName| answer.headers.get(name).cloned();
    Ok(Fetched::Document {
        text: text.into(),
        validators: Validators {
            etag: validator(ETAG),
            last_modified: validator(LAST_MODIFIED),
        },
    })
}

fn refusal(answer: &Answer) -> DocumentError {
    let status = answer.status;
    let reason = match status.canonical_reason() {
        Some(reason) => reason.to_owned(),
        None => format!("status {}", status.as_u16()),
    };
    DocumentError::Status {
        status: status.as_u16(),
        reason,
        body: String::from_utf8_lossy(&answer.body).into_owned(),
    }
}

// === impl Validators ===

impl Validators {
    fn conditions(&self) -> HeaderMap {
        let mut conditions = HeaderMap::new();
        if let Some(etag) = &self.etag {
            conditions.insert(IF_NONE_MATCH, etag.clone());
        } else if let Some(date) = &self.last_modified {
            conditions.insert(IF_MODIFIED_SINCE, date.clone());
        }
        conditions
    }
}
