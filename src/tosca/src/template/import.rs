//! Documents that a document imports, and the types they bring.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::Problem;
use crate::resolver::{is_url, join};
use crate::types::{Registry, SECTIONS};
use crate::yaml::{Bounds, Map, Node, Value, read};
use crate::{Limits, Resolver, ToscaError};

/// Imports of one document, counted.
pub(super) struct Imports<'a> {
    pub(super) resolver: &'a dyn Resolver,
    limits: &'a Limits,
    fetched: HashSet<String>,
    count: usize,
    bytes: usize,
    pub(super) problems: Vec<Problem>,
}

/// Where an import statement stands.
struct Place<'a> {
    /// The address of the document it stands in; none for the one that was posted.
    base: Option<&'a str>,
    repositories: Option<&'a Map>,
    line: u32,
}

/// Reads a document that must be a mapping.
pub(super) fn read_document(text: &str, limits: &Limits) -> Result<Node, ToscaError> {
    let node = read(text, bounds(limits)).map_err(|error| ToscaError::yaml(&error))?;
    let found = match node.value {
        Value::Map(_) => return Ok(node),
        Value::Null => "it is empty",
        Value::List(_) => "it is a list",
        _ => "it is a single value",
    };
    Err(ToscaError::parsing(format!(
        "expected a mapping with the key tosca_definitions_version at the top of the document, but {found}"
    )))
}

pub(crate) fn bounds(limits: &Limits) -> Bounds {
    Bounds {
        bytes: limits.bytes,
        values: limits.values,
        depth: limits.depth,
    }
}

// === impl Imports ===

impl<'a> Imports<'a> {
    pub(super) fn new(resolver: &'a dyn Resolver, limits: &'a Limits) -> Self {
        Self {
            resolver,
            limits,
            fetched: HashSet::new(),
            count: 0,
            bytes: 0,
            problems: Vec::new(),
        }
    }

    /// The document at an address, read. The inner error says why it cannot be had.
    pub(super) fn load(&mut self, url: &str) -> Result<Result<Node, String>, ToscaError> {
        self.count += 1;
        if self.count > self.limits.documents {
            let most = self.limits.documents;
            return Err(ToscaError::limit(format!(
                "more than {most} documents are imported"
            )));
        }
        let text: Arc<str> = match self.resolver.fetch(url) {
            Ok(text) => text,
            Err(error) => {
                return Ok(Err(format!(
                    "Failed to reach server \"{url}\". Reason is: {}.",
                    error.reason
                )));
            }
        };
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > self.limits.bytes.saturating_mul(4) {
            return Err(ToscaError::limit(
                "the imported documents are too long together",
            ));
        }
        match read(&text, bounds(self.limits)) {
            Ok(node) => Ok(Ok(node)),
            Err(error) if error.is_limit => Err(ToscaError::limit(format!("{url}: {error}"))),
            Err(error) => Ok(Err(format!("{url}: {error}"))),
        }
    }

    /// All types of a document: those of its imports, then its own.
    pub(super) fn types(&mut self, document: &Node) -> Result<Registry, ToscaError> {
        let mut registry = Registry::default();
        self.follow(document, None, &mut registry)?;
        add_sections(document, None, &mut registry);
        Ok(registry)
    }

    fn follow(
        &mut self,
        document: &Node,
        base: Option<&str>,
        registry: &mut Registry,
    ) -> Result<(), ToscaError> {
        let imports = document.get("imports").and_then(Node::as_list);
        for (index, import) in imports.into_iter().flatten().enumerate() {
            let place = Place {
                base,
                repositories: document.get_map("repositories"),
                line: import.line,
            };
            let Some((url, namespace)) = self.address(import, index, &place) else {
                continue;
            };
            if !self.fetched.insert(url.clone()) {
                continue;
            }
            let imported = match self.load(&url)? {
                Ok(imported) => imported,
                Err(reason) => {
                    self.problem("URLException", reason, index, place.line);
                    continue;
                }
            };
            self.follow(&imported, Some(&url), registry)?;
            add_sections(&imported, namespace.as_deref(), registry);
        }
        Ok(())
    }

    /// The address that an import names, and the prefix it gives to its types.
    fn address(
        &mut self,
        import: &Node,
        index: usize,
        place: &Place<'_>,
    ) -> Option<(String, Option<String>)> {
        let definition = match &import.value {
            Value::Map(map) if map.contains_key("file") => import,
            Value::Map(map) if map.len() == 1 => map.first()?.1,
            _ => import,
        };
        let namespace = definition.get_str("namespace_prefix").map(str::to_owned);
        let file = definition.as_str().or_else(|| definition.get_str("file"));
        let Some(file) = file.filter(|file| !file.is_empty()) else {
            let message = "A template file name is not provided with an import definition.";
            self.problem("ValidationError", message.into(), index, place.line);
            return None;
        };
        if is_url(file) {
            return Some((file.to_owned(), namespace));
        }
        if let Some(name) = definition.get_str("repository") {
            let repository = place.repositories.and_then(|known| known.get(name));
            let url = repository.and_then(|it| it.as_str().or_else(|| it.get_str("url")));
            let Some(url) = url.map(str::trim).filter(|url| is_url(url)) else {
                let message = format!(
                    "referenced repository \"{name}\" in import definition \"{file}\" not found."
                );
                self.problem("ImportError", message, index, place.line);
                return None;
            };
            return Some((format!("{}/{file}", url.trim_end_matches('/')), namespace));
        }
        match place.base {
            Some(base) => Some((join(base, file), namespace)),
            None => {
                self.problem("ImportError", relative_name(file), index, place.line);
                None
            }
        }
    }

    fn problem(&mut self, class: &'static str, message: String, index: usize, line: u32) {
        self.problems.push(Problem {
            class,
            message,
            path: format!("imports.{index}"),
            line,
        });
    }
}

/// What is said about a file name without a place to look for it.
pub(super) fn relative_name(file: &str) -> String {
    format!("Relative file name \"{file}\" cannot be used in a pre-parsed input template.")
}

fn add_sections(document: &Node, namespace: Option<&str>, registry: &mut Registry) {
    for section in SECTIONS {
        if let Some(types) = document.get_map(section) {
            registry.add(types, namespace);
        }
    }
}
