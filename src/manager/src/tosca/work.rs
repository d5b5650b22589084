//! Work on TOSCA documents, which is computation, and the fetching of what they refer to, which is waiting.
//!
//! The language reads a document in one go and asks for others by a function that answers at once. So work is done in
//! rounds: a round computes with the documents that are there and notes which others were asked for; those are fetched,
//! all at once, and the next round begins anew, until one asks for nothing more. That costs a further reading for each
//! level of imports, of which real documents have one or two, and it is cheap while types are missing. In return no
//! thread waits for the network, however slow a server is: with a blocking fetch a few clients that name slow servers
//! could hold all threads that may block, the database's among them. A client that goes away ends the fetches it
//! waited for, and one round sees each document in one version.
//!
//! Rounds run on threads for blocking work, as many at a time as the machine has processors: a large document delays
//! other documents, and no other request. What one round may cost is bounded by [`Limits`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use futures::{StreamExt, stream};
use im_tosca::{ErrorKind, FetchError, Limits, Resolver, ToscaError};
use im_util::Clock;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::DocumentSource;
use crate::Error;

/// How deep documents may refer to others.
const MOST_ROUNDS: usize = 16;

/// How many documents are fetched at a time, for one request.
const AT_A_TIME: usize = 8;

/// Where TOSCA documents are worked on.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    source: Arc<dyn DocumentSource>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    places: Arc<Semaphore>,
}

/// Documents by address, or why they cannot be had.
type Fetched = BTreeMap<String, Result<Arc<str>, FetchError>>;

/// What one round sees of the documents.
struct Shelf {
    fetched: Arc<Fetched>,
    repository: Option<String>,
    missing: Mutex<BTreeSet<String>>,
}

// === impl Desk ===

impl Desk {
    pub(crate) fn new(source: Arc<dyn DocumentSource>, clock: Arc<dyn Clock>) -> Self {
        let places = available_parallelism().map_or(1, usize::from);
        Self {
            source,
            clock,
            limits: Limits::default(),
            places: Arc::new(Semaphore::new(places)),
        }
    }

    /// Does work, perhaps several times, until it has all documents that it asks for.
    ///
    /// # Errors
    /// What the work says is wrong with the document; `TooLarge` if it refers to too much; `Internal` if it panics.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl Fn(&dyn Resolver, &Limits) -> Result<T, ToscaError> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let work = Arc::new(work);
        let mut fetched = Arc::new(Fetched::new());
        let patience = self.source.patience();
        let mut left = patience;
        for _ in 0..MOST_ROUNDS {
            let (outcome, missing) = self.round(&work, &fetched).await?;
            if missing.is_empty() {
                return Ok(outcome?);
            }
            let begun = self.clock.monotonic();
            let fetch = self.fetch(missing, Arc::make_mut(&mut fetched));
            let Ok(answered) = tokio::time::timeout(left, fetch).await else {
                return Err(late(patience));
            };
            answered?;
            let gone = self.clock.monotonic().saturating_sub(begun);
            left = left.saturating_sub(gone);
        }
        Err(too_much(format!(
            "documents are imported more than {MOST_ROUNDS} deep"
        )))
    }

    /// Whether a document that is to be stored can be read again: written out it may be longer than what was posted.
    pub(crate) fn can_be_read_again(&self, text: &str) -> Result<(), Error> {
        let most = self.limits.bytes;
        match text.len() <= most {
            true => Ok(()),
            false => Err(too_much(format!(
                "the whole document has more than {most} bytes"
            ))),
        }
    }

    /// One computation. Answers what came of it, and which documents it missed.
    async fn round<T: Send + 'static>(
        &self,
        work: &Arc<
            impl Fn(&dyn Resolver, &Limits) -> Result<T, ToscaError> + Send + Sync + 'static,
        >,
        fetched: &Arc<Fetched>,
    ) -> Result<(Result<T, ToscaError>, BTreeSet<String>), Error> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let shelf = Shelf {
            fetched: Arc::clone(fetched),
            repository: self.source.template_repository().map(str::to_owned),
            missing: Mutex::default(),
        };
        let (work, limits) = (Arc::clone(work), self.limits.clone());
        let span = tracing::Span::current();
        let computation = move || {
            let _entered = span.entered();
            let outcome = work(&shelf, &limits);
            // The place is free when the thread is, even if nobody waits for the outcome any more.
            drop(place);
            let missing = shelf.missing.into_inner();
            (outcome, missing.unwrap_or_else(PoisonError::into_inner))
        };
        spawn_blocking(computation).await.map_err(Error::aborted)
    }

    async fn fetch(&self, wanted: BTreeSet<String>, fetched: &mut Fetched) -> Result<(), Error> {
        let most = self.source.most_documents();
        if fetched.len() + wanted.len() > most {
            return Err(too_much(format!("more than {most} documents are imported")));
        }
        let length =
            |fetched: &Result<Arc<str>, FetchError>| fetched.as_ref().map_or(0, |it| it.len());
        let mut bytes: usize = fetched.values().map(length).sum();
        let fetches = wanted.into_iter().map(|url| async move {
            let answer = self.source.fetch(&url).await;
            (url, answer)
        });
        let mut answers = stream::iter(fetches).buffer_unordered(AT_A_TIME);
        while let Some((url, answer)) = answers.next().await {
            bytes = bytes.saturating_add(length(&answer));
            if bytes > self.limits.bytes.saturating_mul(4) {
                return Err(too_much("the imported documents are too long together"));
            }
            fetched.insert(url, answer);
        }
        Ok(())
    }
}

// === impl Shelf ===

impl Resolver for Shelf {
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        if let Some(known) = self.fetched.get(url) {
            return known.clone();
        }
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        missing.insert(url.to_owned());
        Err(FetchError {
            reason: "it is being fetched".to_owned(),
            body: String::new(),
        })
    }

    fn template_repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }
}

fn late(patience: Duration) -> Error {
    let message = format!(
        "Error parsing TOSCA template: the documents that it refers to did not arrive within {} seconds",
        patience.as_secs_f64()
    );
    Error::new(crate::ErrorKind::Invalid, message)
}

fn too_much(what: impl std::fmt::Display) -> Error {
    let message = format!("Error parsing TOSCA template: {what}");
    Error::new(crate::ErrorKind::TooLarge, message)
}

impl From<ToscaError> for Error {
    fn from(error: ToscaError) -> Self {
        let kind = match error.kind {
            ErrorKind::Limit => crate::ErrorKind::TooLarge,
            // A document that cannot be had may be one that never was: the author is told what was tried.
            _ => crate::ErrorKind::Invalid,
        };
        Self::new(kind, error.message())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use im_tosca::{Template, ToscaError};
    use im_util::SystemClock;

    use super::*;

    /// A chain of documents: each imports the next one, `all` of them. A fetch of the last one never ends if `hangs`.
    #[derive(Debug, Default)]
    struct Chain {
        all: usize,
        hangs: bool,
        fetches: AtomicUsize,
    }

    #[async_trait]
    impl DocumentSource for Chain {
        async fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
            self.fetches.fetch_add(1, Ordering::Relaxed);
            let place: usize = url.trim_start_matches("https://a/").parse().unwrap();
            if self.hangs && place == self.all {
                std::future::pending::<()>().await;
            }
            Ok(link(place, self.all).into())
        }

        fn patience(&self) -> Duration {
            Duration::from_millis(200)
        }
    }

    fn link(place: usize, all: usize) -> String {
        let mut text = format!(
            "tosca_definitions_version: tosca_simple_yaml_1_0\nnode_types:\n  own.T{place}:\n    derived_from: \
             tosca.nodes.Compute\n"
        );
        if place < all {
            text.push_str(&format!("imports: [ 'https://a/{}' ]\n", place + 1));
        }
        text
    }

    fn desk(chain: &Arc<Chain>) -> Desk {
        let source = Arc::clone(chain) as Arc<dyn DocumentSource>;
        Desk::new(source, Arc::new(SystemClock::new()))
    }

    fn read(resolver: &dyn Resolver, limits: &Limits, all: usize) -> Result<(), ToscaError> {
        let text = format!(
            "{}topology_template:\n  node_templates:\n    x: {{ type: own.T{all} }}\n",
            link(0, all)
        );
        Template::parse(&text, resolver, limits).map(|_| ())
    }

    async fn outcome(chain: &Arc<Chain>) -> Result<(), Error> {
        let all = chain.all;
        let work = move |resolver: &dyn Resolver, limits: &Limits| read(resolver, limits, all);
        desk(chain).work(work).await
    }

    #[tokio::test]
    async fn a_document_is_fetched_once_however_often_the_work_is_done() {
        for all in [0, 1, 5] {
            let chain = Arc::new(Chain {
                all,
                ..Chain::default()
            });
            outcome(&chain).await.unwrap();
            assert_eq!(chain.fetches.load(Ordering::Relaxed), all);
        }
    }

    #[tokio::test]
    async fn a_chain_without_end_has_one() {
        let chain = Arc::new(Chain {
            all: 1_000,
            ..Chain::default()
        });
        let error = outcome(&chain).await.unwrap_err();
        assert_eq!(error.kind, crate::ErrorKind::TooLarge);
        assert!(error.message.contains("more than 16 deep"), "{error}");
    }

    #[tokio::test]
    async fn a_document_that_does_not_come_is_not_waited_for() {
        let chain = Arc::new(Chain {
            all: 2,
            hangs: true,
            ..Chain::default()
        });
        let error = outcome(&chain).await.unwrap_err();
        assert!(
            error.message.contains("did not arrive within 0.2"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_fault_of_the_work_is_one_of_the_service() {
        let desk = desk(&Arc::default());
        let work = |_: &dyn Resolver, _: &Limits| -> Result<(), ToscaError> { panic!("a fault") };
        for _ in 0..64 {
            let error = desk.work(work).await.unwrap_err();
            assert_eq!(error.kind, crate::ErrorKind::Internal);
        }
    }
}
