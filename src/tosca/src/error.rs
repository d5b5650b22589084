//! Why a document is refused.

use std::fmt;

use crate::yaml::YamlError;

/// A document, or one that it imports, cannot be used. The message is for its author: it names the place and what was
/// expected.
#[derive(Clone, Debug)]
pub struct ToscaError {
    /// What kind of fault it is.
    pub kind: ErrorKind,
    message: String,
}

/// What the caller can do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The document breaks the rules of the language or of its types; its author must change it.
    Invalid,
    /// A document or recipe that it refers to cannot be had; trying again later may help.
    Unavailable,
    /// It costs more than the limits allow.
    Limit,
}

/// One rule that a document breaks.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The class of the rule, as clients know it.
    pub class: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where: the keys from the top of the document.
    pub path: String,
    /// The line, 0 if it is not known.
    pub line: u32,
}

// === impl ToscaError ===

impl ToscaError {
    /// An error with a sentence of its own.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// A fault found while the document was translated.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// A fault found while the document was read.
    pub(crate) fn parsing(message: impl fmt::Display) -> Self {
        Self::invalid(format!("Error parsing TOSCA template: {message}"))
    }

    /// A limit was met.
    pub(crate) fn limit(message: impl fmt::Display) -> Self {
        Self::new(
            ErrorKind::Limit,
            format!("Error parsing TOSCA template: {message}"),
        )
    }

    /// A text is not YAML.
    pub(crate) fn yaml(error: &YamlError) -> Self {
        if error.is_limit {
            Self::limit(error)
        } else {
            Self::parsing(error)
        }
    }

    /// All rules that were found broken, in order.
    pub(crate) fn problems(problems: &[Problem]) -> Self {
        let mut text = String::from(
            "Error parsing TOSCA template: \nThe pre-parsed input failed validation with the following error(s): \n",
        );
        for problem in problems {
            text.push_str(&format!("\n\t{problem}\n"));
        }
        Self::invalid(text)
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ToscaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ToscaError {}

// === impl Problem ===

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message)?;
        match (self.path.is_empty(), self.line) {
            (true, 0) => Ok(()),
            (true, line) => write!(f, " (line {line})"),
            (false, 0) => write!(f, " (at {})", self.path),
            (false, line) => write!(f, " (at {}, line {line})", self.path),
        }
    }
}
