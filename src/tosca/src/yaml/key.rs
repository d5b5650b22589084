//! Keys of mappings.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::Equivalent;

/// The key of an entry: a scalar. A plain `&str` finds the keys that are texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    text: Arc<str>,
    kind: KeyKind,
}

/// What kind of scalar a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// A text.
    Text,
    /// A number, a truth value, a date or nothing; the text of the key is its canonical form.
    Other,
}

// === impl Key ===

impl Key {
    /// A key that is a text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            kind: KeyKind::Text,
        }
    }

    /// A key that is another scalar, by its canonical form.
    pub fn other(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            kind: KeyKind::Other,
        }
    }

    /// The text, or the canonical form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, shared.
    pub fn shared(&self) -> Arc<str> {
        self.text.clone()
    }

    /// What kind of scalar it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }
}

/// Only the text counts, so that a `&str` hashes like the key it looks for.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Equivalent<Key> for str {
    fn equivalent(&self, key: &Key) -> bool {
        key.kind == KeyKind::Text && &*key.text == self
    }
}

impl From<Arc<str>> for Key {
    fn from(text: Arc<str>) -> Self {
        Self::text(text)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
