//! A document that was read: its types, its inputs, and its nodes with what their types add.

mod build;
mod compose;
mod import;
mod inputs;
mod merge;
mod node;

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::types::Registry;
use crate::yaml::{Key, Map, Node, Style, write};
use crate::{Limits, Resolver, ToscaError};

pub(crate) use node::{Capability, NodeTemplate, Relationship, Requirement};

/// A valid document.
#[derive(Clone)]
pub struct Template {
    document: Node,
    /// The inputs whose values were made up when this document was read.
    generated: Vec<Key>,
    pub(crate) limits: Limits,
    pub(crate) types: Arc<Registry>,
    pub(crate) nodes: IndexMap<Arc<str>, NodeTemplate>,
    /// For each node, the places of its hosts in `nodes`, the nearest first.
    pub(crate) hosts: Vec<Vec<u32>>,
}

// === impl Template ===

impl Template {
    /// Reads a document and what it imports, and checks it against its types. Generated inputs (`random(N)`) get their
    /// values here, and keep them in [`Template::to_yaml`].
    pub fn parse(text: &str, resolver: &dyn Resolver, limits: &Limits) -> Result<Self, ToscaError> {
        let document = import::read_document(text, limits)?;
        Self::from_document(document, resolver, limits)
    }

    /// This document laid over one that is stored: mappings are merged, lists get the items they do not have yet, other
    /// values are replaced. Inputs that were generated keep the values of the stored document. The result is read anew.
    pub fn over(&self, stored: &str, resolver: &dyn Resolver) -> Result<Self, ToscaError> {
        let stored = import::read_document(stored, &self.limits)?;
        let mut above = self.document.clone();
        inputs::keep(&mut above, &self.generated, &stored);
        let document = merge::lay_over(&stored, &above);
        Self::from_document(document, resolver, &self.limits)
    }

    /// The document as it is stored: sorted keys, block style.
    pub fn to_yaml(&self) -> String {
        let style = Style {
            width: 80,
            marker: false,
        };
        write(&self.document, style)
    }

    /// What the document says about itself.
    pub fn description(&self) -> Option<&str> {
        self.document.get_str("description")
    }

    /// The entries of `metadata`.
    pub fn metadata(&self) -> Option<&Map> {
        self.document.get_map("metadata")
    }

    /// The whole document, imports not followed.
    pub fn document(&self) -> &Node {
        &self.document
    }

    pub(crate) fn topology(&self) -> Option<&Node> {
        self.document.get("topology_template")
    }

    fn from_document(
        document: Node,
        resolver: &dyn Resolver,
        limits: &Limits,
    ) -> Result<Self, ToscaError> {
        let mut imports = import::Imports::new(resolver, limits);
        let mut document = compose::compose(document, &mut imports)?;
        let generated = inputs::generate(&mut document, limits)?;
        let template = build::build(document, imports, limits)?;
        Ok(Self {
            generated,
            ..template
        })
    }
}

/// Shows the names of the nodes only: values may be secrets.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("nodes", &self.nodes.keys())
            .finish_non_exhaustive()
    }
}
