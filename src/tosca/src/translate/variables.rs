//! Inputs of operations as variables of recipes.
//!
//! Variables have always been written into the recipe's text and read from there, so a value is what that text means:
//! a text stands in double quotes, where known backslash sequences are interpreted and quotes end the value. Each is
//! read on its own here, so that no value can add keys to the recipe.

use crate::yaml::{Bounds, Node, Value, read, repr, text};

const BOUNDS: Bounds = Bounds {
    bytes: 4 << 20,
    values: 200_000,
    depth: 60,
};

/// The variable that an input becomes. The error is a reason, or none for a value that is nothing.
pub(super) fn variable(value: &Node) -> Result<Node, Option<String>> {
    let written = match &value.value {
        Value::Null => return Err(None),
        Value::Bool(_) | Value::Number(_) => return Ok(value.clone()),
        Value::Text(text) if text.starts_with('|') => text.replace('\n', "\\n"),
        Value::Text(text) if is_plain(text) => return Ok(value.clone()),
        Value::Text(text) => format!("\"{}\"", text.replace('\n', "\\n")),
        Value::Date(_) => text(value),
        Value::List(_) | Value::Map(_) => repr(value),
    };
    let document = read(&format!("value: {written} \n"), BOUNDS).map_err(|error| {
        Some(format!(
            "it is not YAML in double quotes: {}",
            error.message
        ))
    })?;
    let entry = document.as_map().filter(|map| map.len() == 1);
    entry
        .and_then(|map| map.get("value").cloned())
        .ok_or_else(|| Some("it is not one value in double quotes".to_owned()))
}

/// Whether a text means itself in double quotes.
fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|c| !c.is_control() && !matches!(c, '"' | '\\'))
}
