//! One line of credentials: keys and values in order of arrival.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use im_util::{Secret, is_secret_name};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::error::CredentialsError;

/// The type of the lines that are for this service.
pub(crate) const SERVICE: &str = "InfrastructureManager";

/// Types of lines that are neither for this service nor for a cloud.
const NOT_CLOUDS: [&str; 2] = [SERVICE, "VMRC"];

/// Keys that a line has, as a rule.
const USUAL: usize = 6;

/// Keys that are compared one by one; those after them are looked up.
const FEW: usize = 32;

/// Characters of a refused `id` that are shown.
const SHOWN_ID_CHARS: usize = 64;

/// One line of credentials.
///
/// Printing it shows `id` and `type`, and of the rest the keys alone.
#[derive(Clone, Default, PartialEq)]
pub struct AuthLine {
    fields: Vec<(Cow<'static, str>, AuthValue)>,
}

/// The value of a key.
#[derive(Clone, PartialEq)]
pub enum AuthValue {
    /// A text that may be shown.
    Text(String),
    /// A password, key or token: the value of a key whose [name says so](is_secret_name).
    Secret(Secret),
    /// A number, list or other value that only the JSON form and XML-RPC can bring. It is not printed.
    Other(Value),
}

// === impl AuthLine ===

impl AuthLine {
    /// A line from the members of a JSON object. A null is as if the key were missing.
    pub(crate) fn from_object(object: Map<String, Value>) -> Result<Self, CredentialsError> {
        let mut line = Self::default();
        for (key, value) in object {
            if !value.is_null() {
                line.push(key, value);
            }
        }
        line.checked()
    }

    /// A line from keys and texts. A repeated key has its last value, in the place of the first.
    pub(crate) fn from_texts<'a>(
        texts: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Result<Self, CredentialsError> {
        let mut texts = texts.into_iter();
        let mut fields: Vec<(Cow<'static, str>, AuthValue)> = Vec::with_capacity(USUAL);
        for (key, text) in texts.by_ref().take(FEW) {
            let (name, is_secret) = named(key);
            let value = AuthValue::of_text(text, is_secret);
            match fields.iter_mut().find(|(known, _)| known == key) {
                Some((_, old)) => *old = value,
                None => fields.push((name, value)),
            }
        }
        let mut places: Option<HashMap<String, usize>> = None;
        for (key, text) in texts {
            let places = places.get_or_insert_with(|| {
                let known = fields.iter().enumerate();
                known.map(|(at, (key, _))| (key.to_string(), at)).collect()
            });
            let (name, is_secret) = named(key);
            let value = AuthValue::of_text(text, is_secret);
            match places.get(key).and_then(|at| fields.get_mut(*at)) {
                Some((_, old)) => *old = value,
                None => {
                    places.insert(key.to_owned(), fields.len());
                    fields.push((name, value));
                }
            }
        }
        Self { fields }.checked()
    }

    fn push(&mut self, key: String, value: Value) {
        let value = match value {
            Value::String(text) => AuthValue::of_text(text, is_secret_name(&key)),
            // A password that is a number in JSON is the text of that number.
            other if is_secret_name(&key) || (key == "username" && other.is_number()) => {
                return self.push(key, Value::String(other.to_string()));
            }
            other => AuthValue::Other(other),
        };
        self.fields.push((Cow::Owned(key), value));
    }

    fn checked(self) -> Result<Self, CredentialsError> {
        match self.get("id") {
            None => Ok(self),
            Some(AuthValue::Text(id)) if is_id(id) => Ok(self),
            Some(AuthValue::Text(id)) => Err(CredentialsError::BadId(
                id.chars().take(SHOWN_ID_CHARS).collect(),
            )),
            Some(AuthValue::Other(Value::Number(number))) => {
                Err(CredentialsError::BadId(number.to_string()))
            }
            Some(_) => Err(CredentialsError::BadId("not a text".to_owned())),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&AuthValue> {
        self.fields
            .iter()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The text of a key whose value is no secret.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            AuthValue::Text(text) => Some(text),
            AuthValue::Secret(_) | AuthValue::Other(_) => None,
        }
    }

    /// The text of a key as a secret, whatever its name.
    pub fn secret(&self, key: &str) -> Option<Secret> {
        match self.get(key)? {
            AuthValue::Text(text) => Some(Secret::new(text.clone())),
            AuthValue::Secret(secret) => Some(secret.clone()),
            AuthValue::Other(_) => None,
        }
    }

    /// The value of `type`.
    pub fn kind(&self) -> Option<&str> {
        self.text("type")
    }

    /// The value of `id`.
    pub fn id(&self) -> Option<&str> {
        self.text("id")
    }

    /// Keys and values in order of arrival.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &AuthValue)> {
        self.fields.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// Whether the line is for this service.
    pub fn is_for_service(&self) -> bool {
        self.kind() == Some(SERVICE)
    }

    /// Whether the line is for a cloud: it has a type, and not one of this service's own.
    pub fn is_for_cloud(&self) -> bool {
        self.kind().is_some_and(|kind| !NOT_CLOUDS.contains(&kind))
    }

    /// The line as a JSON object, secrets in clear: for what is stored, never for what is shown.
    pub fn to_object(&self) -> Map<String, Value> {
        self.fields
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_json()))
            .collect()
    }
}

impl fmt::Debug for AuthLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (key, value) in &self.fields {
            match value {
                AuthValue::Text(text) if key == "id" || key == "type" => map.entry(key, text),
                _ => map.entry(key, &format_args!("***")),
            };
        }
        map.finish()
    }
}

/// In clear, for what is stored.
impl Serialize for AuthLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (key, value) in &self.fields {
            match value {
                AuthValue::Text(text) => map.serialize_entry(key, text)?,
                AuthValue::Secret(secret) => map.serialize_entry(key, secret)?,
                AuthValue::Other(other) => map.serialize_entry(key, other)?,
            }
        }
        map.end()
    }
}

// === impl AuthValue ===

impl AuthValue {
    fn of_text(text: String, is_secret: bool) -> Self {
        match is_secret {
            true => Self::Secret(Secret::new(text)),
            false => Self::Text(text),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Secret(secret) => Value::String(secret.expose().to_owned()),
            Self::Other(other) => other.clone(),
        }
    }
}

impl fmt::Debug for AuthValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(***)",
            Self::Secret(_) => "Secret(***)",
            Self::Other(_) => "Other(***)",
        })
    }
}

/// Keys that nearly every line has, and whether their values are secrets.
const KNOWN: [(&str, bool); 8] = [
    ("type", false),
    ("username", false),
    ("password", true),
    ("id", false),
    ("host", false),
    ("token", true),
    ("tenant", false),
    ("domain", false),
];

/// A key, and whether its value is a secret. The known ones are neither copied nor searched.
fn named(key: &str) -> (Cow<'static, str>, bool) {
    match KNOWN.iter().find(|(known, _)| *known == key) {
        Some((known, is_secret)) => (Cow::Borrowed(known), *is_secret),
        None => (Cow::Owned(key.to_owned()), is_secret_name(key)),
    }
}

/// `[a-zA-Z_.][\w.-]*`, where `\w` is a letter or digit of any script, or an underscore.
fn is_id(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '.')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_key_is_what_its_name_says() {
        for (key, is_secret) in KNOWN {
            assert_eq!(is_secret_name(key), is_secret, "{key}");
        }
    }
}
