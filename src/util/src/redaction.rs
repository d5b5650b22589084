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
    let is_plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if name.bytes().all(is_plain) {
        return plain_says_so(name.as_bytes());
    }
    let name = name.to_lowercase();
    PARTS.iter().any(|part| name.contains(part))
        || name
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| WORDS.contains(&word))
}

/// The same for a name of ASCII without capitals, as nearly all are, in one pass: every field of the log and every line of
/// credentials is asked about.
fn plain_says_so(name: &[u8]) -> bool {
    let mut begins_word = true;
    let mut rest = name;
    while let [first, after @ ..] = rest {
        // Only letters that a part or a word begins with are looked at closer.
        if matches!(first, b'p' | b's' | b't')
            && PARTS.iter().any(|part| rest.starts_with(part.as_bytes()))
        {
            return true;
        }
        if begins_word && matches!(first, b'a' | b'c' | b'k' | b'p') {
            let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
            let word = &rest[..end.unwrap_or(rest.len())];
            if WORDS.iter().any(|known| known.as_bytes() == word) {
                return true;
            }
        }
        begins_word = !first.is_ascii_alphanumeric();
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_way_looks_at_every_part_and_word() {
        for part in PARTS {
            assert!(plain_says_so(format!("x{part}y").as_bytes()), "{part}");
        }
        for word in WORDS {
            assert!(plain_says_so(format!("x.{word}_y").as_bytes()), "{word}");
            assert!(!plain_says_so(format!("x{word}s").as_bytes()), "{word}");
        }
        assert!(is_secret_name("\u{212a}ey") && is_secret_name("x\u{2013}PASS"));
        assert!(!is_secret_name("\u{e9}key"));
    }

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
