//! JSON as release 1.19 prints it: a space after each colon and comma, everything but printable ASCII escaped.

use std::fmt::Write;

use serde_json::{Map, Value};

/// An object or a list that is being printed.
pub(super) struct Items<'a> {
    out: &'a mut String,
    empty: bool,
}

/// Prints an object.
pub(super) fn object(out: &mut String, fill: impl FnOnce(&mut Items<'_>)) {
    enclose(out, '{', '}', fill);
}

/// Prints a list.
pub(super) fn list(out: &mut String, fill: impl FnOnce(&mut Items<'_>)) {
    enclose(out, '[', ']', fill);
}

/// Prints any value.
pub(super) fn value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(text) => string(out, text),
        Value::Array(values) => list(out, |items| {
            for item in values {
                self::value(items.next(), item);
            }
        }),
        Value::Object(map) => self::map(out, map),
    }
}

/// Prints a map in its own order.
pub(super) fn map(out: &mut String, map: &Map<String, Value>) {
    object(out, |items| {
        for (key, item) in map {
            value(items.key(key), item);
        }
    });
}

/// Prints a text.
pub(super) fn string(out: &mut String, text: &str) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, ' '..='~') && c != '"' && c != '\\' {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        escape(out, c);
        plain = at + c.len_utf8();
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        other => {
            for unit in other.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

fn enclose(out: &mut String, open: char, close: char, fill: impl FnOnce(&mut Items<'_>)) {
    out.push(open);
    fill(&mut Items { out, empty: true });
    out.push(close);
}

// === impl Items ===

impl Items<'_> {
    /// Where the next item of a list goes.
    pub(super) fn next(&mut self) -> &mut String {
        if !self.empty {
            self.out.push_str(", ");
        }
        self.empty = false;
        self.out
    }

    /// Where the value of a key goes.
    pub(super) fn key(&mut self, key: &str) -> &mut String {
        let out = self.next();
        string(out, key);
        out.push_str(": ");
        out
    }

    pub(super) fn string(&mut self, key: &str, text: &str) {
        string(self.key(key), text);
    }

    pub(super) fn optional_string(&mut self, key: &str, text: Option<&str>) {
        match text {
            Some(text) => self.string(key, text),
            None => self.key(key).push_str("null"),
        }
    }

    pub(super) fn boolean(&mut self, key: &str, flag: bool) {
        self.optional_boolean(key, Some(flag));
    }

    pub(super) fn optional_boolean(&mut self, key: &str, flag: Option<bool>) {
        self.key(key).push_str(match flag {
            Some(true) => "true",
            Some(false) => "false",
            None => "null",
        });
    }

    pub(super) fn integer(&mut self, key: &str, number: i64) {
        let _ = write!(self.key(key), "{number}");
    }

    pub(super) fn optional_integer(&mut self, key: &str, number: Option<i64>) {
        match number {
            Some(number) => self.integer(key, number),
            None => self.key(key).push_str("null"),
        }
    }

    pub(super) fn map(&mut self, key: &str, entries: &Map<String, Value>) {
        map(self.key(key), entries);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spaces_and_escapes_are_those_of_the_reference() {
        let mut out = String::new();
        value(
            &mut out,
            &json!({"a": [1, -2.5, null], "b": {}, "ñ": "\"\\\n\t\u{1}\u{7f}😀/é", "c": [true, false], "d": []}),
        );
        assert_eq!(
            out,
            r#"{"a": [1, -2.5, null], "b": {}, "\u00f1": "\"\\\n\t\u0001\u007f\ud83d\ude00/\u00e9", "c": [true, false], "d": []}"#
        );
    }
}
