//! A type with all it inherits.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Schema;
use crate::yaml::Node;

/// A type: its own definition first, then those it derives from.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    name: Arc<str>,
    chain: Vec<(Arc<str>, Arc<Node>)>,
    /// The schemas of its properties, its own first.
    pub(crate) properties: IndexMap<Arc<str>, Schema>,
}

// === impl Entity ===

impl Entity {
    pub(super) fn new(chain: Vec<(Arc<str>, Arc<Node>)>) -> Self {
        let mut properties = IndexMap::new();
        for (_, definition) in &chain {
            for (name, schema) in definition.get_map("properties").into_iter().flatten() {
                properties
                    .entry(name.shared())
                    .or_insert_with(|| Schema::new(schema));
            }
        }
        let name = chain.first().map(|(name, _)| name.clone());
        Self {
            name: name.unwrap_or_default(),
            chain,
            properties,
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether it is the type of that name or derives from it.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.chain.iter().any(|(own, _)| &**own == name)
    }

    /// Its definitions, the nearest first.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Node> {
        self.chain.iter().map(|(_, definition)| definition.as_ref())
    }

    /// An entry of a section, from the nearest definition that has it.
    pub(crate) fn entry(&self, section: &str, name: &str) -> Option<&Node> {
        self.definitions()
            .find_map(|definition| definition.get(section)?.get(name))
    }

    /// All entries of a section, the nearest definitions first.
    pub(crate) fn entries(&self, section: &str) -> IndexMap<Arc<str>, &Node> {
        let mut entries = IndexMap::new();
        for definition in self.definitions() {
            for (name, value) in definition.get_map(section).into_iter().flatten() {
                entries.entry(name.shared()).or_insert(value);
            }
        }
        entries
    }

    /// The requirements, each with its name, the nearest definitions first; a repeated one counts once.
    pub(crate) fn requirements(&self) -> Vec<(Arc<str>, &Node)> {
        let mut found: Vec<(Arc<str>, &Node)> = Vec::new();
        for definition in self.definitions() {
            let list = definition.get("requirements").and_then(Node::as_list);
            for (name, value) in list
                .into_iter()
                .flatten()
                .filter_map(Node::as_map)
                .flatten()
            {
                if !found
                    .iter()
                    .any(|(known, node)| **known == *name.as_str() && *node == value)
                {
                    found.push((name.shared(), value));
                }
            }
        }
        found
    }
}
