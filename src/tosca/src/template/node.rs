//! A node of the topology.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::types::Entity;
use crate::yaml::Node;

/// A node template with what its type adds.
#[derive(Clone, Debug)]
pub(crate) struct NodeTemplate {
    pub(crate) name: Arc<str>,
    pub(crate) entity: Arc<Entity>,
    /// As it was written.
    pub(crate) definition: Node,
    /// Given properties in their order, then the defaults of the type.
    pub(crate) properties: IndexMap<Arc<str>, Node>,
    /// Given capabilities in their order, then those of the type.
    pub(crate) capabilities: IndexMap<Arc<str>, Capability>,
    pub(crate) requirements: Vec<Requirement>,
}

/// What a node offers to others.
#[derive(Clone, Debug)]
pub(crate) struct Capability {
    pub(crate) entity: Arc<Entity>,
    /// Given properties in their order, then the defaults of the type.
    pub(crate) properties: IndexMap<Arc<str>, Node>,
}

/// What a node needs of another one.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub(crate) name: Arc<str>,
    /// The node that fulfils it.
    pub(crate) target: Option<Arc<str>>,
    pub(crate) relationship: Option<Relationship>,
    pub(crate) line: u32,
}

/// How two nodes are related.
#[derive(Clone, Debug)]
pub(crate) struct Relationship {
    pub(crate) entity: Arc<Entity>,
    /// Given properties, then the defaults of the type.
    pub(crate) properties: IndexMap<Arc<str>, Node>,
    /// As it was written with the requirement, or nothing.
    pub(crate) definition: Node,
}

// === impl NodeTemplate ===

impl NodeTemplate {
    /// Whether its type is the one of that name or derives from it.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.entity.is(name)
    }

    /// Whether it is a machine.
    pub(crate) fn is_compute(&self) -> bool {
        self.is("tosca.nodes.Compute")
    }

    /// The targets of its requirements whose relationship is of a type.
    pub(crate) fn targets<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Arc<str>> + 'a {
        self.requirements
            .iter()
            .filter(move |requirement| requirement.is(kind))
            .filter_map(|requirement| requirement.target.as_ref())
    }
}

// === impl Requirement ===

impl Requirement {
    /// Whether its relationship is of a type.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.relationship
            .as_ref()
            .is_some_and(|relationship| relationship.entity.is(kind))
    }
}
