//! Taking fields out of a JSON object, each with its type and its place.

use std::fmt;

use serde_json::{Map, Value};

use super::StoredError;

/// Where a value stands, from the inside out.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Whole,
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

/// The fields of an object that have not been taken yet.
pub(super) struct Fields<'a> {
    place: Place<'a>,
    map: Map<String, Value>,
}

/// Reads a JSON text.
pub(super) fn parse(place: Place<'_>, text: &str) -> Result<Value, StoredError> {
    serde_json::from_str(text).map_err(|error| {
        // The message of the parser names tokens, never values.
        place.error(format!(
            "a JSON text was expected, and this is none: {}",
            match error.classify() {
                serde_json::error::Category::Eof => format!(
                    "it ends at line {} and column {}",
                    error.line(),
                    error.column()
                ),
                _ => error.to_string(),
            }
        ))
    })
}

/// An object, or a text with the JSON of one inside, as old releases wrote.
pub(super) fn object(place: Place<'_>, value: Value) -> Result<Map<String, Value>, StoredError> {
    match value {
        Value::Object(map) => Ok(map),
        Value::String(text) => match parse(place, &text)? {
            Value::Object(map) => Ok(map),
            other => Err(place.expected("an object", &other)),
        },
        other => Err(place.expected("an object", &other)),
    }
}

/// A list; `null` is an empty one.
pub(super) fn list(place: Place<'_>, value: Value) -> Result<Vec<Value>, StoredError> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(values) => Ok(values),
        other => Err(place.expected("a list", &other)),
    }
}

/// A text.
pub(super) fn string(place: Place<'_>, value: Value) -> Result<String, StoredError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(place.expected("a text", &other)),
    }
}

fn integer(place: Place<'_>, value: &Value) -> Result<i64, StoredError> {
    let Value::Number(number) = value else {
        return Err(place.expected("a whole number", value));
    };
    if let Some(number) = number.as_i64() {
        return Ok(number);
    }
    // Old releases kept moments with fractions.
    match number.as_f64() {
        Some(number) if number.is_finite() && number.abs() < 9e15 => Ok(number.trunc() as i64),
        _ => Err(place.error("a whole number of 64 bits was expected")),
    }
}

// === impl Place ===

impl<'a> Place<'a> {
    pub(super) fn key<'b>(&'b self, key: &'b str) -> Place<'b>
    where
        'a: 'b,
    {
        Place::Key(self, key)
    }

    pub(super) fn index<'b>(&'b self, index: usize) -> Place<'b>
    where
        'a: 'b,
    {
        Place::Index(self, index)
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> StoredError {
        StoredError::new(self.to_string(), reason)
    }

    pub(super) fn expected(&self, what: &str, found: &Value) -> StoredError {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.error(format!("{what} was expected, and {found} found"))
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => f.write_str("data"),
            Place::Key(Place::Whole, key) => f.write_str(key),
            Place::Key(outer, key) => write!(f, "{outer}.{key}"),
            Place::Index(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}

// === impl Fields ===

impl<'a> Fields<'a> {
    pub(super) fn new(place: Place<'a>, map: Map<String, Value>) -> Self {
        Self { place, map }
    }

    /// The keys that nobody asked for. The room of those that were taken is given back: an infrastructure keeps what is
    /// left as long as it is in memory.
    pub(super) fn rest(self) -> Map<String, Value> {
        self.map.into_iter().collect()
    }

    /// The value of a key, `None` if it is missing or null.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.map.shift_remove(key).filter(|value| !value.is_null())
    }

    /// The value of a key that must be there, null or not.
    pub(super) fn require(&mut self, key: &str) -> Result<Value, StoredError> {
        self.map
            .shift_remove(key)
            .ok_or_else(|| self.place.error(format!("the key '{key}' is missing")))
    }

    pub(super) fn string(&mut self, key: &str) -> Result<Option<String>, StoredError> {
        let place = self.place.key(key);
        self.map
            .shift_remove(key)
            .filter(|value| !value.is_null())
            .map(|value| string(place, value))
            .transpose()
    }

    /// A text that some releases wrote as a number.
    pub(super) fn text_or_number(&mut self, key: &str) -> Result<Option<String>, StoredError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(self.place.key(key).expected("a text", &other)),
        }
    }

    pub(super) fn boolean(&mut self, key: &str) -> Result<Option<bool>, StoredError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.place.key(key).expected("a boolean", &other)),
        }
    }

    pub(super) fn integer(&mut self, key: &str) -> Result<Option<i64>, StoredError> {
        let value = self.take(key);
        value
            .map(|value| integer(self.place.key(key), &value))
            .transpose()
    }

    /// A whole number from 0 that fits 32 bits.
    pub(super) fn natural(&mut self, key: &str) -> Result<Option<u32>, StoredError> {
        self.integer(key)?
            .map(|number| {
                u32::try_from(number).map_err(|_| {
                    self.place
                        .key(key)
                        .error(format!("a number from 0 to {} was expected", u32::MAX))
                })
            })
            .transpose()
    }

    /// An object; missing and null are an empty one.
    pub(super) fn map(&mut self, key: &str) -> Result<Map<String, Value>, StoredError> {
        let value = self.take(key);
        value.map_or_else(
            || Ok(Map::new()),
            |value| object(self.place.key(key), value),
        )
    }

    /// A list; missing and null are an empty one.
    pub(super) fn list(&mut self, key: &str) -> Result<Vec<Value>, StoredError> {
        let value = self.take(key);
        value.map_or_else(|| Ok(Vec::new()), |value| list(self.place.key(key), value))
    }
}
