//! How to log in to a machine: the features `disk.0.os.credentials.…`.

use im_util::Secret;

use crate::System;

const PRESENT: &str = "disk.0.os.credentials.";
const NEW: &str = "disk.0.os.credentials.new.";

/// A user name with what proves it.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The user.
    pub username: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The private key as text.
    pub private_key: Option<Secret>,
    /// The public key as text.
    pub public_key: Option<String>,
}

// === impl System ===

impl System {
    /// The credentials that work now.
    pub fn credentials(&self) -> Credentials {
        self.credentials_under(PRESENT)
    }

    /// The credentials that are to be set, where they differ from the present ones.
    pub fn new_credentials(&self) -> Credentials {
        self.credentials_under(NEW)
    }

    /// Sets those of the present credentials that are given.
    pub fn set_credentials(&mut self, credentials: &Credentials) {
        self.set_credentials_under(PRESENT, credentials);
    }

    /// Sets those of the new credentials that are given.
    pub fn set_new_credentials(&mut self, credentials: &Credentials) {
        self.set_credentials_under(NEW, credentials);
    }

    /// Replaces present credentials by new ones where there are new ones, and removes the latter: after the machine
    /// has been told to use them.
    pub fn adopt_new_credentials(&mut self) {
        let new = self.new_credentials();
        self.set_credentials_under(PRESENT, &new);
        self.features.retain(|name, _| !name.starts_with(NEW));
    }

    fn credentials_under(&self, prefix: &str) -> Credentials {
        let text = |part: &str| self.features.get_str(&format!("{prefix}{part}"));
        Credentials {
            username: text("username").map(str::to_owned),
            password: text("password").map(Secret::from),
            private_key: text("private_key").map(Secret::from),
            public_key: text("public_key").map(str::to_owned),
        }
    }

    fn set_credentials_under(&mut self, prefix: &str, credentials: &Credentials) {
        let parts = [
            ("username", credentials.username.as_deref()),
            (
                "password",
                credentials.password.as_ref().map(Secret::expose),
            ),
            (
                "private_key",
                credentials.private_key.as_ref().map(Secret::expose),
            ),
            ("public_key", credentials.public_key.as_deref()),
        ];
        for (part, value) in parts {
            if let Some(value) = value {
                self.features.set_str(&format!("{prefix}{part}"), value);
            }
        }
    }
}
