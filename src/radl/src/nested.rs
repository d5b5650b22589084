//! Features inside a feature: what `contains` holds, and the objects of the JSON form.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::{Features, Line};

/// The values of a `contains` feature, each identified by its inner `name`, in the order of their first appearance.
pub type Contains = IndexMap<ContainsKey, Nested>;

/// What identifies a value of a `contains` feature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContainsKey {
    /// It has no `name`; all such values of a feature are merged.
    Nameless,
    /// Its `name` is a text, a number or a list, written here as text.
    Named(Arc<str>),
}

/// Features as the value of a feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nested {
    /// The network or system that the JSON form may put in the place of bare features.
    pub head: Option<Box<NestedHead>>,
    /// The features.
    pub features: Features,
    /// Where it was written.
    pub line: Line,
}

/// The kind and id of a network or system inside a feature.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedHead {
    /// What it is.
    pub kind: NestedKind,
    /// Its id.
    pub id: Arc<str>,
    /// Whether it is only referred to.
    pub reference: bool,
}

/// What can stand inside a feature with an id of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NestedKind {
    /// A network.
    Network,
    /// A system.
    System,
}

// === impl NestedKind ===

impl NestedKind {
    /// The word that introduces it, in both forms.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::System => "system",
        }
    }
}
