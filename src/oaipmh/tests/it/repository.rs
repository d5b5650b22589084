//! A repository behind the interfaces of GitHub that are used, on loopback, and who harvests it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use im_documents::{DocumentSettings, Documents, TemplateRepository};
use im_oaipmh::{Oai, OaiSettings, Unavailable};
use im_util::{Clock, ManualClock};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::json;
use tokio::net::TcpListener;

/// Where the service is for its clients.
pub(crate) const BASE: &str = "https://im.example.org/im/oai";

/// The files of a repository by their paths, and how often they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    files: Mutex<BTreeMap<String, String>>,
    is_away: Mutex<bool>,
    /// What is served instead of the content that the list names.
    late: Mutex<Option<String>>,
    pub(crate) fetched: AtomicUsize,
}

/// A harvester of a repository.
pub(crate) struct Harvester {
    pub(crate) repository: Arc<Repository>,
    pub(crate) clock: Arc<ManualClock>,
    /// How the identifiers begin.
    pub(crate) folder: String,
    oai: Oai,
}

// === impl Repository ===

impl Repository {
    pub(crate) fn set(&self, path: &str, text: &str) {
        self.files
            .lock()
            .unwrap()
            .insert(path.to_owned(), text.to_owned());
    }

    pub(crate) fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path);
    }

    pub(crate) fn be_away(&self, is_away: bool) {
        *self.is_away.lock().unwrap() = is_away;
    }

    pub(crate) fn be_late(&self, text: Option<&str>) {
        *self.late.lock().unwrap() = text.map(str::to_owned);
    }

    fn tree(&self) -> Result<String, StatusCode> {
        if *self.is_away.lock().unwrap() {
            return Err(StatusCode::BAD_GATEWAY);
        }
        let files = self.files.lock().unwrap();
        let mut tree = vec![json!({ "path": "templates/x.yaml", "type": "tree", "sha": "0" })];
        tree.extend(files.iter().map(|(path, text)| {
            let content = format!("blob {}\0{text}", text.len());
            let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, content.as_bytes());
            let sha: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "path": path, "mode": "100644", "type": "blob", "sha": sha, "size": text.len() })
        }));
        Ok(json!({ "sha": "0", "tree": tree, "truncated": false }).to_string())
    }

    fn raw(&self, path: &str) -> Result<String, StatusCode> {
        self.fetched.fetch_add(1, Ordering::SeqCst);
        if let Some(late) = &*self.late.lock().unwrap() {
            return Ok(late.clone());
        }
        let files = self.files.lock().unwrap();
        files.get(path).cloned().ok_or(StatusCode::NOT_FOUND)
    }
}

// === impl Harvester ===

impl Harvester {
    /// A harvester of a repository with files, which gets pages of a number of records.
    pub(crate) async fn of(files: &[(&str, &str)], page: usize) -> Self {
        let repository = Arc::new(Repository::default());
        for (path, text) in files {
            repository.set(path, text);
        }
        let router = Router::new()
            .route(
                "/api/v3/repos/o/r/git/trees/main",
                get(|State(it): State<Arc<Repository>>| async move { it.tree() }),
            )
            .route(
                "/o/r/raw/main/{*path}",
                get(
                    |State(it): State<Arc<Repository>>, Path(path): Path<String>| async move {
                        it.raw(&path)
                    },
                ),
            )
            .with_state(Arc::clone(&repository));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = format!(
            "http://{}/o/r/blob/main/templates/",
            listener.local_addr().unwrap()
        );
        tokio::spawn(async move { axum::serve(listener, router).await });

        let clock = Arc::new(ManualClock::at(1_700_000_000));
        let shared: Arc<dyn Clock> = clock.clone();
        let settings = DocumentSettings {
            allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
            cache_time: Duration::ZERO,
            templates: Some(TemplateRepository::new(&folder)),
            ..DocumentSettings::default()
        };
        let documents = Documents::new(settings, Arc::clone(&shared)).unwrap();
        let about = OaiSettings {
            page,
            ..OaiSettings::new("Templates & more", "All <of> them", "me@example.org")
        };
        let oai = Oai::new(about, TemplateRepository::new(&folder), documents, shared);
        Self {
            repository,
            clock,
            folder,
            oai,
        }
    }

    /// The answer to a query, whose values are as they are.
    pub(crate) async fn ask(&self, query: &str) -> Result<String, Unavailable> {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        };
        let arguments: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(pair)
            .collect();
        self.oai.answer(BASE, &arguments).await
    }

    /// The texts of the elements of a name in the answer to a query.
    pub(crate) async fn texts(&self, query: &str, name: &str) -> Vec<String> {
        let answer = self.ask(query).await.unwrap();
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let pieces = answer.split(&open).skip(1);
        pieces
            .map(|piece| piece.split(&close).next().unwrap().to_owned())
            .collect()
    }

    /// The names of all templates of the catalogue.
    pub(crate) async fn names(&self) -> Vec<String> {
        let query = "verb=ListIdentifiers&metadataPrefix=oai_dc";
        let identifiers = self.texts(query, "identifier").await;
        identifiers
            .iter()
            .map(|text| text.replace(&self.folder, ""))
            .collect()
    }
}
