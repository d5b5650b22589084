//! The value of one feature.

use std::fmt;
use std::sync::Arc;

use crate::{Contains, Interval, Line, Nested, Operator};

/// What a feature says. Values are shared, so a clone costs a reference count.
#[derive(Clone, PartialEq)]
pub enum Feature {
    /// A number, a lower or an upper bound, or both.
    Number(Arc<Interval>),
    /// A text.
    Text(Text),
    /// A list of texts.
    List(Arc<TextList>),
    /// `contains (...)`, once or several times.
    Contains(Arc<Contains>),
    /// An object of the JSON form.
    Nested(Arc<Nested>),
}

/// A text with its operator.
#[derive(Clone, PartialEq)]
pub struct Text {
    /// `=`, or another operator for versions.
    pub operator: Operator,
    /// Where it was written.
    pub line: Line,
    /// The text, without quotes.
    pub value: Arc<str>,
}

/// A list of texts with its operator.
#[derive(Clone, PartialEq)]
pub struct TextList {
    /// As a rule `=`.
    pub operator: Operator,
    /// Where it was written.
    pub line: Line,
    /// The texts, without quotes.
    pub items: Vec<Arc<str>>,
}

// === impl Feature ===

impl Feature {
    /// A text that the feature equals.
    pub fn text(value: impl Into<Arc<str>>) -> Self {
        Self::Text(Text {
            operator: Operator::Equal,
            line: Line::NONE,
            value: value.into(),
        })
    }

    /// Where the feature, or the last constraint of a number, was written.
    pub fn line(&self) -> Line {
        match self {
            Self::Number(interval) => {
                let lines = interval
                    .lower()
                    .into_iter()
                    .chain(interval.upper())
                    .map(|constraint| constraint.line);
                lines.max_by_key(|line| line.number()).unwrap_or_default()
            }
            Self::Text(text) => text.line,
            Self::List(list) => list.line,
            Self::Contains(contains) => contains
                .values()
                .next()
                .map_or(Line::NONE, |nested| nested.line),
            Self::Nested(nested) => nested.line,
        }
    }

    /// The text, if the feature is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(&text.value),
            _ => None,
        }
    }

    /// The numeric interval, if the feature is one.
    pub fn as_interval(&self) -> Option<&Interval> {
        match self {
            Self::Number(interval) => Some(interval),
            _ => None,
        }
    }
}

/// Shows numbers, and of texts their length only: without its name it cannot be known whether a feature is a secret.
impl fmt::Debug for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(interval) => interval.fmt(f),
            Self::Text(text) => write!(f, "{} text of {} bytes", text.operator, text.value.len()),
            Self::List(list) => write!(f, "{} list of {} texts", list.operator, list.items.len()),
            Self::Contains(contains) => f.debug_list().entries(contains.values()).finish(),
            Self::Nested(nested) => nested.fmt(f),
        }
    }
}

/// Whether a feature of this name holds a secret: its last part says password, passphrase, secret, key or token.
pub fn is_secret_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let has = |word: &str| {
        last.as_bytes()
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    (has("password")
        || has("passwd")
        || has("passphrase")
        || has("secret")
        || has("key")
        || has("token"))
        && !last.eq_ignore_ascii_case("public_key")
}
