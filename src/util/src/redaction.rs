//! Which names say that what they name is a secret.
//!
//! One rule for lines of credentials, fields of a log and features of a document, so that what one hides no other
//! shows.

/// Words of a name that make its value a secret.
const WORDS: [&str; 14] = [
    "apikey",
    "cert",
    "certificate",
    "credential",
    "credentials",
    "key",
    "kubeconfig",
    "pass",
    "passphrase",
    "passwd",
    "private",
    "privatekey",
    "proxy",
    "pwd",
];

/// Parts of a name that make its value a secret wherever they stand.
const PARTS: [&str; 3] = ["password", "secret", "token"];

/// Whether the value of something of this name is a secret: `password`, `private_key`, `proxy`,
/// `disk.0.os.credentials.new.password`, `subscription_token` ... Letter case does not count; words are separated by
/// anything that is neither letter nor digit.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    PARTS.iter().any(|part| name.contains(part))
        || name
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "password",
            "Password",
            "new_password",
            "userpassword",
            "token",
            "access_token",
            "private_key",
            "privatekey",
            "proxy",
            "secret",
            "client_secret",
            "secretkey",
            "api-key",
            "passphrase",
            "disk.0.os.credentials.new.password",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "id",
            "type",
            "username",
            "host",
            "tenant",
            "auth_version",
            "keyboard",
            "inf.id",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
