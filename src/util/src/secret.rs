//! Text that must not reach a log, an error message or a trace.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A password, key or token.
///
/// `Debug` and `Display` print three stars, comparison takes a time that depends on the lengths alone, and the
/// memory is overwritten when it is dropped. Serialisation writes the text in clear, since the stored and exported
/// form of an infrastructure holds it; whoever serialises decides where that goes.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

/// Whether two texts are the same, in a time that depends on their lengths alone.
pub fn is_same_text(one: &str, other: &str) -> bool {
    let (words, rest) = one.as_bytes().as_chunks();
    let (other_words, other_rest) = other.as_bytes().as_chunks();
    if words.len() != other_words.len() {
        return false;
    }
    let difference =
        |(one, other): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*one) ^ u64::from_ne_bytes(*other);
    let pairs = words.iter().zip(other_words);
    let different = pairs.fold(0, |different, pair| different | difference(pair));
    (different.ct_eq(&0) & rest.ct_eq(other_rest)).into()
}

// === impl Secret ===

impl Secret {
    /// Takes possession of a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text in clear. To be called where it is used, never where it could be formatted.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        is_same_text(&self.0, &other.0)
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_form_of_printing_shows_the_text() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?} {secret}"), "*** ***");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn comparison_is_of_the_whole_text() {
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("ab"));
        assert_ne!(Secret::new("a"), Secret::new("b"));
        let long = "a text of three words.";
        assert_eq!(Secret::new(long), Secret::new(long));
        for at in 0..long.len() {
            let (mut other, mut shorter) = (long.to_owned(), long.to_owned());
            other.replace_range(at..=at, "#");
            shorter.remove(at);
            assert_ne!(Secret::new(long), Secret::new(other), "{at}");
            assert_ne!(Secret::new(long), Secret::new(shorter), "{at}");
        }
    }
}
