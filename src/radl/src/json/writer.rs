//! JSON values as text.

use std::fmt::Write;

use super::value::Value;
use crate::Number;

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// One line, members in document order.
    Compact,
    /// Two blanks a level, members sorted by key.
    SortedIndented,
}

struct Writer {
    text: String,
    style: Style,
}

/// A value as JSON text.
pub(super) fn to_string(value: &Value, style: Style) -> String {
    let mut writer = Writer {
        text: String::new(),
        style,
    };
    writer.value(value, 0);
    writer.text
}

// === impl Writer ===

impl Writer {
    fn value(&mut self, value: &Value, level: usize) {
        match value {
            Value::Null | Value::NotANumber => self.text.push_str("null"),
            Value::Number(number) => self.number(number),
            Value::Text(text) => self.string(text),
            Value::List(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index, level + 1);
                    self.value(item, level + 1);
                }
                self.close(']', items.is_empty(), level);
            }
            Value::Object(object) => {
                let mut members: Vec<_> = object.iter().collect();
                if self.style == Style::SortedIndented {
                    members.sort_by_key(|(key, _)| *key);
                }
                self.text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    self.separate(index, level + 1);
                    self.string(key);
                    self.text.push_str(if self.style == Style::Compact {
                        ":"
                    } else {
                        ": "
                    });
                    self.value(value, level + 1);
                }
                self.close('}', members.is_empty(), level);
            }
        }
    }

    fn number(&mut self, number: &Number) {
        let text = match number {
            Number::Bool(true) => "true".to_owned(),
            Number::Bool(false) => "false".to_owned(),
            Number::Float(value) if value.is_infinite() => {
                if *value > 0.0 { "1e999" } else { "-1e999" }.to_owned()
            }
            number => number.to_string(),
        };
        self.text.push_str(&text);
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                c if u32::from(c) < 0x20 => {
                    // Writing to a text cannot fail.
                    let _ = write!(self.text, "\\u{:04x}", u32::from(c));
                }
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    fn separate(&mut self, index: usize, level: usize) {
        if index > 0 {
            self.text.push(',');
        }
        self.break_line(level);
    }

    fn close(&mut self, bracket: char, is_empty: bool, level: usize) {
        if !is_empty {
            self.break_line(level);
        }
        self.text.push(bracket);
    }

    fn break_line(&mut self, level: usize) {
        if self.style == Style::SortedIndented {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n("  ", level));
        }
    }
}
