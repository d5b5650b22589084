//! Writing: block style, sorted keys, long texts folded at a width.
//!
//! The text is the one that stored documents have had, byte for byte, so that a document compares equal with what an
//! earlier release stored.

mod scalar;

use std::fmt::Write;

use super::{Key, KeyKind, Map, Node, Value};
use scalar::Scalar;

/// How a document is written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The column behind which texts are folded.
    pub width: usize,
    /// Whether `---` comes first.
    pub marker: bool,
}

/// Writes a value as a document that ends with a line break.
pub fn write(node: &Node, style: Style) -> String {
    let mut emitter = Emitter {
        out: String::new(),
        column: 0,
        width: style.width,
    };
    if style.marker {
        emitter.push("---\n");
    }
    emitter.root(node);
    emitter.out
}

struct Emitter {
    out: String,
    column: usize,
    width: usize,
}

// === impl Emitter ===

impl Emitter {
    fn root(&mut self, node: &Node) {
        match &node.value {
            Value::Map(map) if !map.is_empty() => self.mapping(map, 0, true),
            Value::List(items) if !items.is_empty() => self.sequence(items, 0, true),
            _ => {
                self.inline(node, 2, false);
                self.push("\n");
            }
        }
    }

    /// Entries at an indentation; `fresh` if the first one begins its line already.
    fn mapping(&mut self, map: &Map, indent: usize, fresh: bool) {
        for (index, (key, value)) in sorted(map).into_iter().enumerate() {
            if index > 0 || !fresh {
                self.indent(indent);
            }
            let is_simple = self.key(key, indent);
            match &value.value {
                Value::Map(inner) if !inner.is_empty() && !is_simple => {
                    self.push(" ");
                    self.mapping(inner, indent + 2, true);
                }
                Value::Map(inner) if !inner.is_empty() => {
                    self.end_line();
                    self.mapping(inner, indent + 2, false);
                }
                Value::List(items) if !items.is_empty() && !is_simple => {
                    self.push(" ");
                    self.sequence(items, indent + 2, true);
                }
                Value::List(items) if !items.is_empty() => {
                    self.end_line();
                    self.sequence(items, indent, false);
                }
                _ => {
                    self.push(" ");
                    self.inline(value, indent + 2, false);
                    self.end_line();
                }
            }
        }
    }

    fn sequence(&mut self, items: &[Node], indent: usize, fresh: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || !fresh {
                self.indent(indent);
            }
            self.push("- ");
            match &item.value {
                Value::Map(map) if !map.is_empty() => self.mapping(map, indent + 2, true),
                Value::List(inner) if !inner.is_empty() => self.sequence(inner, indent + 2, true),
                _ => {
                    self.inline(item, indent + 2, false);
                    self.end_line();
                }
            }
        }
    }

    /// Writes a key and its colon; a long, empty or many-lined key takes the long form, and this is false.
    fn key(&mut self, key: &Key, indent: usize) -> bool {
        let text = key.as_str();
        let is_simple = !text.is_empty()
            && text.chars().count() < 128
            && !text.contains(['\n', '\u{85}', '\u{2028}', '\u{2029}']);
        if !is_simple {
            self.push("? ");
        }
        match key.kind() {
            KeyKind::Text => Scalar::new(text, is_simple).write(self, indent + 2),
            KeyKind::Other => self.push(text),
        }
        if !is_simple {
            self.end_line();
            self.indent(indent);
        }
        self.push(":");
        is_simple
    }

    fn inline(&mut self, node: &Node, indent: usize, is_key: bool) {
        match &node.value {
            Value::Null => self.push("null"),
            Value::Bool(true) => self.push("true"),
            Value::Bool(false) => self.push("false"),
            Value::Number(number) => self.push(&number_text(number)),
            Value::Date(text) => self.push(text),
            Value::Text(text) => Scalar::new(text, is_key).write(self, indent),
            Value::List(_) => self.push("[]"),
            Value::Map(_) => self.push("{}"),
        }
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(at) => self.column = text.len() - at - 1,
            None => self.column += text.chars().count(),
        }
    }

    fn end_line(&mut self) {
        if self.column > 0 {
            self.push("\n");
        }
    }

    fn indent(&mut self, indent: usize) {
        self.end_line();
        let _ = write!(self.out, "{:indent$}", "");
        self.column = indent;
    }

    /// A new line at an indentation, inside a text.
    fn fold(&mut self, indent: usize) {
        self.push("\n");
        let _ = write!(self.out, "{:indent$}", "");
        self.column = indent;
    }
}

/// The entries by their keys, if all keys are texts.
fn sorted(map: &Map) -> Vec<(&Key, &Node)> {
    let mut entries: Vec<_> = map.iter().collect();
    if entries.iter().all(|(key, _)| key.kind() == KeyKind::Text) {
        entries.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
    }
    entries
}

fn number_text(number: &im_radl::Number) -> String {
    let text = number.to_string();
    match text.as_str() {
        "inf" => ".inf".into(),
        "-inf" => "-.inf".into(),
        _ if text.contains('e') && !text.contains('.') => text.replacen('e', ".0e", 1),
        _ => text,
    }
}
