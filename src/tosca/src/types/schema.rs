//! What a value must be like.

use std::sync::Arc;

use crate::yaml::Node;

/// The type, default and constraints of a property, an input, or an entry of a list or mapping.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// The name of a simple type or of a data type; empty if the definition lacks one.
    pub(crate) kind: Arc<str>,
    /// What the value is if it is not given.
    pub(crate) default: Option<Node>,
    /// Whether it must be given.
    pub(crate) required: bool,
    /// Each a mapping of one entry, its name and its argument.
    pub(crate) constraints: Vec<Node>,
    /// What the entries must be like.
    pub(crate) entry: Option<Arc<Schema>>,
}

// === impl Schema ===

impl Schema {
    pub(crate) fn new(definition: &Node) -> Self {
        let list = definition.get("constraints").and_then(Node::as_list);
        let entry = definition
            .get("entry_schema")
            .map(|entry| match entry.as_str() {
                Some(kind) => Self::of_kind(kind),
                None => Self::new(entry),
            });
        Self {
            kind: definition.get_str("type").unwrap_or_default().into(),
            default: definition.get_some("default").cloned(),
            required: definition
                .get("required")
                .and_then(Node::as_bool)
                .unwrap_or(true),
            constraints: list.map(<[Node]>::to_vec).unwrap_or_default(),
            entry: entry.map(Arc::new),
        }
    }

    fn of_kind(kind: &str) -> Self {
        Self {
            kind: kind.into(),
            default: None,
            required: true,
            constraints: Vec::new(),
            entry: None,
        }
    }
}
