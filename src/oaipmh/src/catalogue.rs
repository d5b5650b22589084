//! The records of a repository.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use im_documents::{Documents, TemplateRepository};
use im_util::Clock;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::index::{self, Listed};
use crate::record::Record;

/// How long a catalogue is given before the repository is looked at again.
const FRESH: Duration = Duration::from_secs(300);
/// How long after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(30);
/// How long looking at it may take.
const LOOK: Duration = Duration::from_secs(120);
/// How many templates are fetched at the same time.
const AT_ONCE: usize = 8;

/// The repository cannot be read, and never could.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Error getting metadata from TOSCA templates: {0}")]
pub struct Unavailable(String);

/// The records, and what is needed to read only what has changed.
#[derive(Debug)]
pub(crate) struct Catalogue {
    repository: TemplateRepository,
    documents: Documents,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// A file of the repository that was read.
#[derive(Debug)]
struct File {
    listed: Listed,
    /// Nothing for what is no template.
    record: Option<Record>,
    /// Whether what was read is what the list says.
    is_certain: bool,
}

#[derive(Debug, Default)]
struct State {
    records: Option<Arc<[Record]>>,
    /// What each file came to whose content was that of the list; nothing for what is no template.
    known: HashMap<Listed, Option<Record>>,
    /// When to look again, and what went wrong the last time.
    next: Duration,
    failure: Option<Unavailable>,
}

// === impl Catalogue ===

impl Catalogue {
    pub(crate) fn new(
        repository: TemplateRepository,
        documents: Documents,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            repository,
            documents,
            clock,
            state: Mutex::default(),
        }
    }

    /// All records, in the order of the repository.
    pub(crate) async fn records(&self) -> Result<Arc<[Record]>, Unavailable> {
        let mut state = self.state.lock().await;
        let is_known = state.records.is_some() || state.failure.is_some();
        if !is_known || self.clock.monotonic() >= state.next {
            self.look(&mut state).await;
        }
        match (&state.records, &state.failure) {
            (Some(records), _) => Ok(Arc::clone(records)),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(Unavailable("it was not looked at".to_owned())),
        }
    }

    async fn look(&self, state: &mut State) {
        let read = timeout(LOOK, self.read(&state.known)).await;
        let read = read.unwrap_or_else(|_| Err("the repository is too slow".to_owned()));
        let wait = match read {
            Ok(files) => {
                let records = files.iter().filter_map(|file| file.record.clone());
                state.records = Some(records.collect());
                let certain = files.into_iter().filter(|file| file.is_certain);
                state.known = certain.map(|file| (file.listed, file.record)).collect();
                state.failure = None;
                FRESH
            }
            Err(reason) => {
                tracing::warn!(
                    repository = self.repository.base(),
                    reason,
                    "the template repository cannot be read"
                );
                state.failure = Some(Unavailable(reason));
                AFTER_FAILURE
            }
        };
        state.next = self.clock.monotonic().saturating_add(wait);
    }

    /// Reads the list and those templates that are not known.
    async fn read(&self, known: &HashMap<Listed, Option<Record>>) -> Result<Vec<File>, String> {
        let Some(index) = self.repository.index() else {
            return Err(format!(
                "'{}' is not the address of a folder of a repository on GitHub",
                self.repository.base()
            ));
        };
        let list = self.documents.get(index).await;
        let list = index::read(&list.map_err(|error| error.to_string())?)?;
        let in_folder = list.into_iter().filter_map(|listed| {
            let address = self.repository.address(&listed.path)?;
            Some((listed, address))
        });
        let files = stream::iter(in_folder)
            .map(|(listed, address)| async {
                match known.get(&listed).cloned() {
                    Some(record) => Ok(File {
                        listed,
                        record,
                        is_certain: true,
                    }),
                    None => self.file(listed, address).await,
                }
            })
            .buffered(AT_ONCE);
        let files: Vec<Result<_, String>> = files.collect().await;
        files.into_iter().collect()
    }

    /// Reads a file. The error says why it is not known whether it is a template.
    async fn file(&self, listed: Listed, address: String) -> Result<File, String> {
        let text = match self.documents.get(&address).await {
            Ok(text) => text,
            Err(error) if error.is_passing() => return Err(format!("{address}: {error}")),
            Err(error) => {
                unreadable(&address, &error.to_string());
                return Ok(File {
                    listed,
                    record: None,
                    is_certain: false,
                });
            }
        };
        let read = tokio::task::spawn_blocking(move || {
            // What is between here and the repository may still give what the file was before.
            let is_certain = content(&text) == listed.content;
            let record = match Record::read(address.clone(), &text) {
                Ok(record) => Some(record),
                Err(reason) => {
                    unreadable(&address, &reason);
                    None
                }
            };
            File {
                listed,
                record,
                is_certain,
            }
        });
        read.await.map_err(|_| "reading was cut off".to_owned())
    }
}

/// The name that git gives to a content.
fn content(text: &str) -> String {
    let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(format!("blob {}\0", text.len()).as_bytes());
    digest.update(text.as_bytes());
    let digest = digest.finish();
    let hex = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    hex.collect()
}

fn unreadable(address: &str, reason: &str) {
    tracing::warn!(
        document.url = address,
        reason,
        "a file of the template repository is not in the catalogue"
    );
}
