//! The JSON form: a list of objects with `class`.

mod build;
mod features;
mod parse;
mod token;
mod value;
mod write;
mod writer;

use crate::{ParseError, Radl};

pub(crate) use write::write;
pub(crate) use writer::Style;

/// Reads a document.
pub(crate) fn read(text: &str) -> Result<Radl, ParseError> {
    build::document(parse::parse(text)?)
}
