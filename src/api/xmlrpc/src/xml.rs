//! XML-RPC's documents: calls are read, answers are written.
//!
//! Calls come from strangers, so their reader is this room's own: it works through the document once, builds nothing
//! but values, and holds the document to [`Bounds`] while it reads. Document type declarations are refused, so that there
//! are no entities but the five of XML. Its errors say where the document is wrong and never quote it: documents hold
//! passwords. Answers are trusted and written by `dxr`, whose value types both sides use.

mod error;
mod place;
mod reader;
mod tokens;
mod writer;

pub use error::ReadError;
pub use place::Place;
pub use reader::{Bounds, read_call};
pub(crate) use writer::{write_answer, write_fault};

/// Whether XML 1.0 can carry a character.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
