//! Reading the text form: tokens ([`lexer`]), sentences ([`grammar`], [`body`]), and the document they make up.

mod body;
mod build;
mod fault;
mod grammar;
mod lexer;
mod token;

pub(crate) use fault::position;

use crate::random::RandomText;
use crate::shared::Texts;
use crate::{ParseError, Radl};

/// Reads a document. Random values are taken from `random`, names and texts that were met before from `texts`.
pub(crate) fn parse(
    text: &str,
    random: &mut dyn RandomText,
    texts: &mut Texts,
) -> Result<Radl, ParseError> {
    if text.trim().is_empty() {
        return Ok(Radl::default());
    }
    let tokens = lexer::tokens(text);
    grammar::document(text, &tokens, random, texts)
}
