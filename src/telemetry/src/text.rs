//! A message with its fields, as a text.

use crate::form::Happening;

/// `Inf ID: <id>: <message> <field>=<value> ...`, and in a trace its place there.
pub(crate) fn message(happening: &Happening<'_>) -> String {
    let mut text = String::new();
    if let Some(id) = happening.inf_id {
        text.push_str("Inf ID: ");
        text.push_str(id);
        text.push_str(": ");
    }
    text.push_str(happening.message);
    for (name, value) in &happening.fields {
        if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
        text.push_str(&format!("{name}={value}"));
    }
    if let Some(ids) = happening.ids {
        text.push_str(&format!(" trace_id={} span_id={}", ids.trace, ids.span));
    }
    text
}
