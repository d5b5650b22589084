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
    // Nearly all names are plain, and every field of a log and of a line of credentials is asked about.
    if name
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
    {
        says_so(name)
    } else {
        says_so(&name.to_lowercase())
    }
}

/// The same for a name in lower case.
fn says_so(name: &str) -> bool {
    let mut rest = name.as_bytes();
    while let [first, after @ ..] = rest {
        // A part is looked for only where its letter is.
        if PARTS
            .iter()
            .any(|part| part.as_bytes()[0] == *first && rest.starts_with(part.as_bytes()))
        {
            return true;
        }
        rest = after;
    }
    name.split(|c: char| !c.is_alphanumeric())
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
