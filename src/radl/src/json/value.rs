//! JSON values with what the language needs of them: the order of members, whole numbers of any size, and the
//! difference between 10 and 10.0.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::Number;

/// The members of an object; of members with the same key the last one wins, at the place of the first one.
pub(super) type Object = IndexMap<Arc<str>, Value>;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// `null`
    Null,
    /// A number, or `true` or `false`, which count as numbers.
    Number(Number),
    /// `NaN`, which some writers produce.
    NotANumber,
    /// A text.
    Text(Arc<str>),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Object(Object),
}

// === impl Value ===

impl Value {
    /// What the value is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Number(Number::Bool(_)) => "a truth value",
            Self::Number(_) | Self::NotANumber => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}
