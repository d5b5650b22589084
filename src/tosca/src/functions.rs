//! Functions of the language: what they are, and what they give.

mod artifact;
mod evaluate;
mod expression;
mod lookup;

pub(crate) use artifact::artifacts;
pub(crate) use evaluate::{Attributes, Evaluator, Scope, index};
pub(crate) use expression::Expressions;

use crate::yaml::{KeyKind, Node};

const NAMES: &[&str] = &[
    "get_input",
    "get_property",
    "get_attribute",
    "get_operation_output",
    "get_artifact",
    "concat",
    "token",
];

/// Whether a value is a call: a mapping of one entry whose key is the name of a function.
pub(crate) fn is_function(node: &Node) -> bool {
    call(node).is_some()
}

/// The name and the arguments of a call; a single argument may stand without a list.
pub(crate) fn call(node: &Node) -> Option<(&str, Vec<&Node>)> {
    let map = node.as_map().filter(|map| map.len() == 1)?;
    let (key, arguments) = map.first()?;
    if key.kind() != KeyKind::Text || !NAMES.contains(&key.as_str()) {
        return None;
    }
    let arguments = match arguments.as_list() {
        Some(items) => items.iter().collect(),
        None => vec![arguments],
    };
    Some((key.as_str(), arguments))
}
