//! Values.

use std::sync::Arc;

use im_radl::Number;
use indexmap::IndexMap;

use super::Key;

/// The entries of a mapping, in the order of their first appearance.
pub type Map = IndexMap<Key, Node>;

/// A value and the line it starts on, 0 for one that was not read.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The line in its document, from 1.
    pub line: u32,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number or a number with a point.
    Number(Number),
    /// A date, perhaps with a time, as written.
    Date(Arc<str>),
    /// A text.
    Text(Arc<str>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
}

// === impl Node ===

impl Node {
    /// Nothing.
    pub const NULL: Self = Self {
        value: Value::Null,
        line: 0,
    };

    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::from(Value::Text(text.into()))
    }

    /// A mapping.
    pub fn map(entries: impl IntoIterator<Item = (&'static str, Node)>) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (Key::text(key), value));
        Self::from(Value::Map(entries.collect()))
    }

    /// A sequence.
    pub fn list(items: Vec<Node>) -> Self {
        Self::from(Value::List(items))
    }

    /// The same value on another line.
    pub fn at(mut self, line: u32) -> Self {
        self.line = line;
        self
    }

    /// The value under a text key, if this is a mapping that has one.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The value under a key, if it is there and something.
    pub fn get_some(&self, key: &str) -> Option<&Node> {
        self.get(key).filter(|node| !node.is_null())
    }

    /// The mapping under a key.
    pub fn get_map(&self, key: &str) -> Option<&Map> {
        self.get(key)?.as_map()
    }

    /// The text under a key.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Whether it is nothing.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if it is a mapping.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if it is a sequence.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// How many values it holds, itself included.
    pub fn size(&self) -> usize {
        1 + match &self.value {
            Value::List(items) => items.iter().map(Self::size).sum(),
            Value::Map(map) => map.values().map(Self::size).sum(),
            _ => 0,
        }
    }

    /// Whether it counts as something: not nothing, false, zero or empty.
    pub fn is_truthy(&self) -> bool {
        match &self.value {
            Value::Null => false,
            Value::Bool(value) => *value,
            Value::Number(number) => !number.is_zero(),
            Value::Date(_) => true,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Map(map) => !map.is_empty(),
        }
    }
}

/// Lines do not count.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Self { value, line: 0 }
    }
}

impl From<Number> for Node {
    fn from(number: Number) -> Self {
        Self::from(Value::Number(number))
    }
}
