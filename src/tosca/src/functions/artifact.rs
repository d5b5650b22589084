//! Artifacts of nodes.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::Template;
use crate::resolver::is_url;
use crate::template::NodeTemplate;
use crate::yaml::Node;

/// A file that belongs to a node.
#[derive(Clone, Debug)]
pub(crate) struct Artifact {
    /// Its type, empty if it has none.
    pub(crate) kind: String,
    /// The file as it was written: a name, an address, or a function.
    pub(crate) file: Node,
    /// The address of the repository it lies in.
    pub(crate) repository: Option<String>,
    /// Where it goes on the machine.
    pub(crate) deploy_path: Option<String>,
    /// Its properties, or nothing.
    pub(crate) properties: Node,
}

/// The artifacts of a node by name: those of the template, then those of its type.
pub(crate) fn artifacts(template: &Template, node: &NodeTemplate) -> IndexMap<Arc<str>, Artifact> {
    let mut found = IndexMap::new();
    let definitions = std::iter::once(&node.definition).chain(node.entity.definitions());
    for definition in definitions {
        for (name, value) in definition.get_map("artifacts").into_iter().flatten() {
            found
                .entry(name.shared())
                .or_insert_with(|| Artifact::new(template, value));
        }
    }
    found
}

// === impl Artifact ===

impl Artifact {
    fn new(template: &Template, value: &Node) -> Self {
        let repository = value.get_str("repository").and_then(|name| {
            let known = template.document().get("repositories")?.get(name)?;
            known.as_str().or_else(|| known.get_str("url"))
        });
        let file = match value.as_str() {
            Some(_) => value.clone(),
            None => value.get("file").cloned().unwrap_or(Node::NULL),
        };
        Self {
            kind: value.get_str("type").unwrap_or_default().to_owned(),
            file,
            repository: repository.map(str::to_owned),
            deploy_path: value.get_str("deploy_path").map(str::to_owned),
            properties: value.get("properties").cloned().unwrap_or(Node::NULL),
        }
    }

    /// The address of a file: itself, or relative to its repository.
    pub(crate) fn address(&self, file: &str) -> String {
        match &self.repository {
            Some(repository) if !is_url(file) => {
                format!("{}/{file}", repository.trim_end_matches('/'))
            }
            _ => file.to_owned(),
        }
    }
}
