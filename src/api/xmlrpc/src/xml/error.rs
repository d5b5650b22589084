//! Documents that are no calls.

use thiserror::Error;

use super::Place;

/// Why a document is not read. The texts name the place and what was expected, and nothing of the document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Bytes that are not UTF-8.
    #[error("The document is not UTF-8: the byte at position {0} cannot be read.")]
    NotUtf8(usize),
    /// Another encoding is declared.
    #[error("The document declares an encoding that is not served; UTF-8 was expected.")]
    Encoding,
    /// A document type declaration.
    #[error("The document has a document type declaration ({0}); such documents are not served.")]
    DocumentType(Place),
    /// An entity that is none of the five of XML, or a character that XML cannot carry.
    #[error("The document refers to an unknown entity or character ({0}).")]
    Reference(Place),
    /// A character that XML cannot carry.
    #[error("The document has a character that XML does not allow ({0}).")]
    Character(Place),
    /// Not well-formed.
    #[error("The document is not well-formed XML ({0}).")]
    Malformed(Place),
    /// Well-formed, and not what XML-RPC has there.
    #[error("The document is no XML-RPC call ({at}): {expected} was expected.")]
    Unexpected {
        /// What would be right.
        expected: &'static str,
        /// Where it is missing.
        at: Place,
    },
    /// Values in values in values.
    #[error("The document nests values deeper than the limit of {limit} ({at}).")]
    TooDeep {
        /// The limit.
        limit: usize,
        /// Where it is exceeded.
        at: Place,
    },
    /// More values than are read.
    #[error("The document has more values than the limit of {limit} ({at}).")]
    TooMany {
        /// The limit.
        limit: usize,
        /// Where it is exceeded.
        at: Place,
    },
}
