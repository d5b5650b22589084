//! Who owns an infrastructure.
//!
//! An owner is kept as the line of credentials it came with, less anything for clouds: the keys `type`, `username`,
//! `password`, `admin`, and whatever else the line had. Only user name and password decide who somebody is.

use std::fmt;

use im_util::{Secret, is_same_text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Who somebody is: the whole of it is compared, exactly, in constant time.
///
/// A user without a password is another user than any with one, even an empty one.
#[derive(Clone, Debug, Eq)]
pub struct Identity {
    /// The user name, exactly as given.
    pub username: String,
    /// The password, if one was given.
    pub password: Option<Secret>,
}

/// An owner of an infrastructure.
#[derive(Clone, PartialEq)]
pub struct Owner {
    identity: Identity,
    fields: Map<String, Value>,
}

/// The key under which the store's index finds what a user owns: the SHA-256 of the identity, in hexadecimal.
///
/// It is the same on every node and in every life of a node, and an index of such keys holds no password in clear.
/// Equal keys are a reason to look; [`Infrastructure::is_owned_by`](crate::Infrastructure::is_owned_by) decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserKey(String);

// === impl Identity ===

impl Identity {
    /// A user with a password.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            username: username.into(),
            password: Some(password.into()),
        }
    }

    /// Where the index of owners finds this user.
    pub fn user_key(&self) -> UserKey {
        let mut hash = Sha256::new();
        hash.update((self.username.len() as u64).to_be_bytes());
        hash.update(self.username.as_bytes());
        if let Some(password) = &self.password {
            hash.update([1]);
            hash.update(password.expose().as_bytes());
        }
        UserKey(
            hash.finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }
}

impl PartialEq for Identity {
    /// Both parts are compared whatever the first comparison says.
    fn eq(&self, other: &Self) -> bool {
        is_same_text(&self.username, &other.username) & (self.password == other.password)
    }
}

// === impl Owner ===

impl Owner {
    /// An owner from the fields of a line of credentials; `None` if there is no user name in text form.
    pub fn from_fields(fields: Map<String, Value>) -> Option<Self> {
        let username = fields.get("username")?.as_str()?.to_owned();
        let password = fields.get("password").and_then(|value| match value {
            Value::Null => None,
            Value::String(text) => Some(Secret::new(text.clone())),
            other => Some(Secret::new(other.to_string())),
        });
        Some(Self {
            identity: Identity { username, password },
            fields,
        })
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether it is this user.
    pub fn is(&self, identity: &Identity) -> bool {
        self.identity == *identity
    }

    /// All keys in order of arrival, secrets in clear: for the stored form alone.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Owner")
            .field(&self.identity.username)
            .finish()
    }
}

impl Serialize for Owner {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).and_then(|fields| {
            Self::from_fields(fields)
                .ok_or_else(|| serde::de::Error::custom("an owner needs a user name"))
        })
    }
}

// === impl UserKey ===

impl UserKey {
    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_password_is_not_an_empty_one() {
        let without = Identity {
            username: "ann".into(),
            password: None,
        };
        let empty = Identity::new("ann", "");
        assert_ne!(without, empty);
        assert_ne!(without.user_key(), empty.user_key());
    }

    #[test]
    fn the_border_between_name_and_password_counts() {
        assert_ne!(
            Identity::new("ab", "c").user_key(),
            Identity::new("a", "bc").user_key()
        );
    }
}
