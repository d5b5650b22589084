//! Types by name.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use super::Entity;
use crate::yaml::{Bounds, Map, Node, read};

/// The sections of a document that hold types.
pub(crate) const SECTIONS: &[&str] = &[
    "node_types",
    "capability_types",
    "relationship_types",
    "data_types",
    "interface_types",
    "policy_types",
    "group_types",
    "artifact_types",
];

/// How many properties a type may have with those it inherits.
const MOST_PROPERTIES: usize = 1_000;

/// How deep types may derive from each other.
const LONGEST_CHAIN: usize = 50;

/// What a short name of a normative type stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Prefix {
    /// A node type.
    Node,
    /// A relationship type.
    Relationship,
    /// A capability type.
    Capability,
    /// A data type.
    Data,
    /// A policy type.
    Policy,
}

/// The types a document may use.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    own: HashMap<Arc<str>, Arc<Node>>,
    /// What was asked for before. Nothing is lost with it.
    entities: Mutex<Entities>,
}

type Entities = HashMap<(Arc<str>, Prefix), Option<Arc<Entity>>>;

/// The normative types, read once.
static NORMATIVE: LazyLock<HashMap<Arc<str>, Arc<Node>>> = LazyLock::new(|| {
    let bounds = Bounds {
        bytes: usize::MAX,
        values: usize::MAX,
        depth: 20,
    };
    let root = read(include_str!("normative.yaml"), bounds).unwrap_or(Node::NULL);
    let sections = SECTIONS.iter().filter_map(|section| root.get_map(section));
    sections
        .flatten()
        .map(|(name, definition)| (name.shared(), Arc::new(definition.clone())))
        .collect()
});

// === impl Registry ===

impl Registry {
    /// Adds the types of a section, in place of those with the same names.
    pub(crate) fn add(&mut self, section: &Map, namespace: Option<&str>) {
        for (name, definition) in section {
            let name = match namespace {
                Some(prefix) => format!("{prefix}.{}", name.as_str()).into(),
                None => name.shared(),
            };
            self.own.insert(name, Arc::new(definition.clone()));
        }
        self.known().clear();
    }

    /// The definition of a type and its full name.
    fn definition(&self, name: &str, prefix: Prefix) -> Option<(Arc<str>, Arc<Node>)> {
        let name = name.strip_prefix("tosca:").unwrap_or(name);
        if let Some((name, found)) = self.own.get_key_value(name) {
            return Some((name.clone(), found.clone()));
        }
        if let Some((namespace, local)) = name.split_once(':') {
            let own = self
                .own
                .get_key_value(format!("{namespace}.{local}").as_str());
            return own.map(|(name, found)| (name.clone(), found.clone()));
        }
        let full = if name.starts_with("tosca.") {
            name.to_owned()
        } else {
            format!("{}{name}", prefix.text())
        };
        let own = self.own.get_key_value(full.as_str());
        let (name, found) = own.or_else(|| NORMATIVE.get_key_value(full.as_str()))?;
        Some((name.clone(), found.clone()))
    }

    /// A type with all it inherits. `None` if it, or one it derives from, does not exist, if it derives from itself, or
    /// if it has too many properties.
    pub(crate) fn entity(&self, name: &str, prefix: Prefix) -> Option<Arc<Entity>> {
        let key = (Arc::<str>::from(name), prefix);
        if let Some(found) = self.known().get(&key) {
            return found.clone();
        }
        let found = self.chain(name, prefix).map(Entity::new).map(Arc::new);
        self.known().insert(key, found.clone());
        found
    }

    fn known(&self) -> MutexGuard<'_, Entities> {
        self.entities.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chain(&self, name: &str, prefix: Prefix) -> Option<Vec<(Arc<str>, Arc<Node>)>> {
        let mut chain = vec![self.definition(name, prefix)?];
        loop {
            let parent = chain
                .last()
                .and_then(|(_, node)| node.get_str("derived_from"));
            let Some(parent) = parent else {
                let counts = chain.iter().map(|(_, node)| node.get_map("properties"));
                let properties: usize = counts.flatten().map(Map::len).sum();
                return (properties <= MOST_PROPERTIES).then_some(chain);
            };
            let next = self.definition(parent, prefix)?;
            if chain.len() >= LONGEST_CHAIN || chain.iter().any(|(name, _)| *name == next.0) {
                return None;
            }
            chain.push(next);
        }
    }
}

// === impl Prefix ===

impl Prefix {
    fn text(self) -> &'static str {
        match self {
            Self::Node => "tosca.nodes.",
            Self::Relationship => "tosca.relationships.",
            Self::Capability => "tosca.capabilities.",
            Self::Data => "tosca.datatypes.",
            Self::Policy => "tosca.policies.",
        }
    }
}
