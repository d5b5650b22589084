//! Why a document was refused.

use std::fmt;

use crate::MAX_DEPTH;

/// A document cannot be read.
///
/// `Display` gives the message that the APIs answer, which has the line as the language counts it: line ends inside
/// texts in quotes do not count. [`ParseError::explain`] gives the message for people, with the place in the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", LinePrefix(*line))]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// The line in the counting of the language, if the error has one.
    pub line: Option<u32>,
    /// The place in the file, if known.
    pub position: Option<Position>,
    /// What stands at the place and what could have stood there, if it is a syntax error. Boxed, because the parsers
    /// hold places for errors on their stack at every level of a document.
    pub syntax: Option<Box<Unexpected>>,
    /// The place as a byte of the document, until the position is known.
    pub(crate) offset: Option<usize>,
}

/// What stands where something else was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    /// What stands there, for people, if it can be shown.
    pub found: Option<String>,
    /// What could have stood there.
    pub expected: Vec<&'static str>,
}

/// A document can be read and makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", LinePrefix(*line))]
pub struct CheckError {
    /// What is wrong and what was expected.
    pub message: String,
    /// The line in the counting of the language, if the error is about one place of a text.
    pub line: Option<u32>,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1, as editors count.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

struct LinePrefix(Option<u32>);

// === impl ParseError ===

impl ParseError {
    /// An error about the document or an object of it.
    pub(crate) fn plain(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: None,
            position: None,
            syntax: None,
            offset: None,
        }
    }

    /// An error about features inside features inside features.
    pub(crate) fn too_deep() -> Self {
        Self::plain(format!(
            "Features are nested too deep; expected {MAX_DEPTH} levels at most."
        ))
    }

    /// The column in the file, from 1, if the place is known.
    pub fn column(&self) -> Option<u32> {
        self.position.map(|position| position.column)
    }

    /// The message for people: `3:14: unexpected 'x'; expected 'and' or ')'`.
    pub fn explain(&self) -> String {
        let mut text = match (self.position, self.line) {
            (Some(position), _) => format!("{}:{}: ", position.line, position.column),
            (None, Some(line)) => format!("{line}: "),
            (None, None) => String::new(),
        };
        match &self.syntax {
            Some(syntax) => syntax.explain(&self.message, &mut text),
            None => text.push_str(&self.message),
        }
        text
    }
}

// === impl Unexpected ===

impl Unexpected {
    /// Says what was found, or else the message, and what was expected.
    fn explain(&self, message: &str, text: &mut String) {
        match &self.found {
            Some(found) => text.push_str(&format!("unexpected {found}")),
            None => text.push_str(message.trim_end_matches('.')),
        }
        let Some((last, others)) = self.expected.split_last() else {
            return;
        };
        text.push_str("; expected ");
        if !others.is_empty() {
            text.push_str(&others.join(", "));
            text.push_str(" or ");
        }
        text.push_str(last);
    }
}

// === impl CheckError ===

impl CheckError {
    /// The message for people: `3: …`.
    pub fn explain(&self) -> String {
        match self.line {
            Some(line) => format!("{line}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for LinePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(line) => write!(f, "Line {line}: "),
            None => Ok(()),
        }
    }
}
