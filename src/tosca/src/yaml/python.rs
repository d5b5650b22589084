//! Values as texts, the way the language's documents are used to: `True`, `None`, `['a', 1]`.

use super::{Key, KeyKind, Node, Value};

/// A value as it is put into a text.
pub(crate) fn text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) | Value::Date(text) => text.to_string(),
        _ => repr(node),
    }
}

/// A value as it stands in a list or a mapping that is put into a text: texts in quotes.
pub(crate) fn repr(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

fn write(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::Date(text) => out.push_str(text),
        Value::Text(text) => quoted(text, out),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_key(key, out);
                out.push_str(": ");
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_key(key: &Key, out: &mut String) {
    match (key.kind(), key.as_str()) {
        (KeyKind::Text, text) => quoted(text, out),
        (KeyKind::Other, "true") => out.push_str("True"),
        (KeyKind::Other, "false") => out.push_str("False"),
        (KeyKind::Other, "null") => out.push_str("None"),
        (KeyKind::Other, text) => out.push_str(text),
    }
}

/// Single quotes, or double ones if the text has single and no double ones.
fn quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
}
