//! Texts, names, paths and addresses of other services.

use std::path::{Path, PathBuf};

use im_util::Secret;

use super::{Codec, Refusal};

/// Any text.
pub(crate) struct Text;
/// Any text; the default where it is blank.
pub(crate) struct TextOrDefault;
/// Any text, or blank for none.
pub(crate) struct OptionalText;
/// A secret text, or blank for none.
pub(crate) struct Password;
/// Secret texts, separated by commas, or blank for none.
pub(crate) struct Passwords;
/// An IP address or a host name.
pub(crate) struct Host;
/// A path.
pub(crate) struct File;
/// A path, or blank for none.
pub(crate) struct OptionalFile;
/// The address of an HTTP service, or blank for none.
pub(crate) struct HttpUrl;
/// A DNS domain.
pub(crate) struct Domain;
/// The pattern of the names of virtual machines.
pub(crate) struct VmNamePattern;

// === impl Codec ===

impl Codec for Text {
    type Value = String;
    const EXPECTED: &'static str = "a text";

    fn parse(text: &str) -> Result<String, Refusal> {
        Ok(text.to_owned())
    }

    fn text(value: &String) -> String {
        value.clone()
    }
}

impl Codec for TextOrDefault {
    type Value = String;
    const EXPECTED: &'static str = "a text";
    const BLANK_IS_DEFAULT: bool = true;

    fn parse(text: &str) -> Result<String, Refusal> {
        Text::parse(text)
    }

    fn text(value: &String) -> String {
        value.clone()
    }
}

impl Codec for OptionalText {
    type Value = Option<String>;
    const EXPECTED: &'static str = "a text, or nothing";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    fn text(value: &Self::Value) -> String {
        value.clone().unwrap_or_default()
    }
}

impl Codec for Password {
    type Value = Option<Secret>;
    const EXPECTED: &'static str = "a secret text, or nothing";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        Ok((!text.is_empty()).then(|| Secret::new(text)))
    }

    fn text(value: &Self::Value) -> String {
        value.as_ref().map(Secret::to_string).unwrap_or_default()
    }
}

impl Codec for Passwords {
    type Value = Vec<Secret>;
    const EXPECTED: &'static str = "secret texts separated by commas, or nothing";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        let parts = text.split(',').map(str::trim);
        Ok(parts
            .filter(|part| !part.is_empty())
            .map(Secret::new)
            .collect())
    }

    fn text(value: &Self::Value) -> String {
        value.first().map(Secret::to_string).unwrap_or_default()
    }
}

impl Codec for Host {
    type Value = String;
    const EXPECTED: &'static str = "an IP address or a host name of this machine";
    const BLANK_IS_DEFAULT: bool = true;

    fn parse(text: &str) -> Result<String, Refusal> {
        if text.parse::<std::net::IpAddr>().is_ok() {
            return Ok(text.to_owned());
        }
        Domain::parse(text)
    }

    fn text(value: &String) -> String {
        value.clone()
    }
}

impl Codec for File {
    type Value = PathBuf;
    const EXPECTED: &'static str = "a path";

    fn parse(text: &str) -> Result<PathBuf, Refusal> {
        if text.is_empty() || text.contains(['\0', '\n']) {
            return Err(Refusal::default());
        }
        Ok(PathBuf::from(text))
    }

    fn text(value: &PathBuf) -> String {
        shown(value)
    }
}

impl Codec for OptionalFile {
    type Value = Option<PathBuf>;
    const EXPECTED: &'static str = "a path, or nothing";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        File::parse(text).map(Some)
    }

    fn text(value: &Self::Value) -> String {
        value.as_deref().map(shown).unwrap_or_default()
    }
}

impl Codec for HttpUrl {
    type Value = Option<String>;
    const EXPECTED: &'static str = "a URL that begins with http:// or https://, or nothing";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        if is_http_url(text) {
            Ok(Some(text.to_owned()))
        } else {
            Err(Refusal::default())
        }
    }

    fn text(value: &Self::Value) -> String {
        value.clone().unwrap_or_default()
    }
}

impl Codec for Domain {
    type Value = String;
    const EXPECTED: &'static str = "a DNS domain: letters, digits and hyphens, separated by dots";

    fn parse(text: &str) -> Result<String, Refusal> {
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() <= 253 && text.split('.').all(label) {
            Ok(text.to_owned())
        } else {
            Err(Refusal::default())
        }
    }

    fn text(value: &String) -> String {
        value.clone()
    }
}

impl Codec for VmNamePattern {
    type Value = String;
    const EXPECTED: &'static str = "a host name of letters, digits, dots, hyphens and underscores, in which #N# stands for the number of the VM";

    fn parse(text: &str) -> Result<String, Refusal> {
        let name = text.replace("#N#", "0");
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if (1..=200).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('-') {
            Ok(text.to_owned())
        } else {
            Err(Refusal::default())
        }
    }

    fn text(value: &String) -> String {
        value.clone()
    }
}

/// Whether a text is an address of an HTTP service, as far as that can be seen.
pub(super) fn is_http_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with(['/', ':', '?', '#'])
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// A path as a text.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
