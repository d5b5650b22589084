//! The line form of credentials.
//!
//! ```text
//! id = one; type = OpenNebula; host = server:2633; username = user; password = 'a;b=c'\ntype = InfrastructureManager; ...
//! ```
//!
//! Lines are separated by a backslash and an `n`; two backslashes and an `n` are a line feed inside a line. A line is
//! a row of pieces between semicolons, each a key, an equals sign and a value. A value that begins with a quote,
//! single or double, lasts at least to the next quote of its kind; the quotes are dropped and protect `;` and `=`. A
//! quote that is never closed is a character like any other. The first piece that is not one key and one value (no
//! equals sign, or two) ends its line without an error. Lines that are blank or begin with `#` are skipped.
//! `file(...)` is a text: nothing is read.
//!
//! It takes linear time: every search ends where the next one begins, except one for a closing quote that is not
//! there, and such a search fails once for each kind of quote, at the last one.

use std::borrow::Cow;

use crate::credentials::{Credentials, MAX_LINES};
use crate::error::CredentialsError;
use crate::line::AuthLine;

/// What separates lines.
const SEPARATOR: &str = r"\n";

/// One line, as it is read.
struct Reader<'a> {
    rest: &'a str,
}

pub(crate) fn read(text: &str) -> Result<Credentials, CredentialsError> {
    let mut lines = Vec::new();
    for line in split_lines(text) {
        let line = trimmed(&line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if lines.len() == MAX_LINES {
            return Err(CredentialsError::TooLarge);
        }
        lines.push(AuthLine::from_texts(Reader { rest: line })?);
    }
    Ok(Credentials::new(lines))
}

/// The text without blanks and blank lines before and after it.
pub(crate) fn without_blank_ends(text: &str) -> &str {
    let mut rest = text.trim();
    while let Some(shorter) = rest.strip_prefix(SEPARATOR) {
        rest = shorter.trim_start();
    }
    while let Some(shorter) = rest.strip_suffix(SEPARATOR) {
        rest = shorter.trim_end();
    }
    rest
}

/// `str::trim`, with a short way for what has one blank around it at most.
fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    let begin = usize::from(bytes.first() == Some(&b' '));
    let end = bytes.len() - usize::from(bytes.last() == Some(&b' '));
    match bytes.get(begin..end) {
        Some([b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~']) => &text[begin..end],
        _ => text.trim(),
    }
}

/// Splits at each `\n`, and makes each `\\n` a line feed.
fn split_lines(text: &str) -> Vec<Cow<'_, str>> {
    let mut lines = Vec::new();
    // The line so far, if it is not a piece of the text.
    let mut own: Option<String> = None;
    let (mut begin, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        let here = at + found;
        let from = &text[here..];
        if from.starts_with(r"\\n") {
            let line = own.get_or_insert_default();
            line.push_str(&text[begin..here]);
            line.push('\n');
            at = here + r"\\n".len();
            begin = at;
        } else if from.starts_with(SEPARATOR) {
            lines.push(ended(own.take(), &text[begin..here]));
            at = here + SEPARATOR.len();
            begin = at;
        } else {
            at = here + 1;
        }
    }
    lines.push(ended(own, &text[begin..]));
    lines
}

fn ended(own: Option<String>, rest: &str) -> Cow<'_, str> {
    match own {
        Some(mut line) => {
            line.push_str(rest);
            Cow::Owned(line)
        }
        None => Cow::Borrowed(rest),
    }
}

// === impl Reader ===

impl<'a> Reader<'a> {
    /// The key of the next piece, if the piece has one.
    fn key(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().position(|b| matches!(b, b'=' | b';'))?;
        let (key, from) = (&self.rest[..end], &self.rest[end..]);
        self.rest = from.strip_prefix('=')?;
        let key = trimmed(key);
        (!key.is_empty()).then_some(key)
    }

    /// The value of the piece, up to its semicolon or the end of the line.
    fn value(&mut self) -> Option<String> {
        let start = match self.rest.as_bytes() {
            [b' ', b'!'..=b'~', ..] => &self.rest[1..],
            _ => self.rest.trim_start(),
        };
        let quoted = match start.as_bytes().first() {
            Some(b'\'') => start[1..].split_once('\''),
            Some(b'"') => start[1..].split_once('"'),
            _ => None,
        };
        let (quoted, bare) = match quoted {
            Some((quoted, rest)) => (Some(quoted), rest),
            None => (None, start),
        };
        let end = bare.bytes().position(|b| matches!(b, b'=' | b';'));
        let (bare, rest) = end.map_or((bare, ""), |end| bare.split_at(end));
        if rest.starts_with('=') {
            self.rest = "";
            return None;
        }
        self.rest = rest.strip_prefix(';').unwrap_or_default();
        Some(match quoted {
            Some(quoted) => [quoted, bare.trim_end()].concat(),
            None => trimmed(bare).to_owned(),
        })
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.key()?;
        let value = self.value()?;
        Some((key, value))
    }
}
