//! The tags and texts of a document, one after the other, without anything that XML-RPC has no use for.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, Event};

use super::{Place, ReadError, is_xml_char};

/// The elements of XML-RPC.
const ELEMENTS: [&str; 22] = [
    "value",
    "string",
    "struct",
    "member",
    "name",
    "array",
    "data",
    "int",
    "i4",
    "i8",
    "i1",
    "i2",
    "boolean",
    "double",
    "float",
    "nil",
    "base64",
    "dateTime.iso8601",
    "param",
    "params",
    "methodCall",
    "methodName",
];

/// Stands for an element that XML-RPC does not have.
const UNKNOWN: &str = "?";

/// A piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A tag that opens an element: its name without prefix, or [`UNKNOWN`]. Attributes mean nothing in XML-RPC and are
    /// not read.
    Open(&'static str),
    /// A tag that closes the innermost element.
    Close,
    /// A text, or a part of one.
    Text(Cow<'a, str>),
    /// The end of the document.
    End,
}

/// Reads tokens.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    document: &'a str,
    reader: Reader<&'a [u8]>,
}

// === impl Tokens ===

impl<'a> Tokens<'a> {
    pub(super) fn new(document: &'a str) -> Self {
        let mut reader = Reader::from_str(document);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        Self { document, reader }
    }

    /// The place after the token that was read last.
    pub(super) fn place(&self) -> Place {
        Place::of(self.document, self.reader.buffer_position())
    }

    pub(super) fn next(&mut self) -> Result<Token<'a>, ReadError> {
        loop {
            let event = self
                .reader
                .read_event()
                .map_err(|_| ReadError::Malformed(self.error_place()))?;
            return Ok(match event {
                Event::Start(tag) => Token::Open(known(tag.local_name().as_ref())),
                Event::End(_) => Token::Close,
                Event::Text(text) => Token::Text(self.checked(text.xml10_content())?),
                Event::CData(text) => Token::Text(self.checked(text.xml10_content())?),
                Event::GeneralRef(reference) => Token::Text(self.resolve(&reference)?),
                Event::Eof => Token::End,
                Event::DocType(_) => return Err(ReadError::DocumentType(self.place())),
                Event::Decl(declaration) => {
                    check_encoding(&declaration)?;
                    continue;
                }
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Empty(_) => return Err(ReadError::Malformed(self.place())),
            });
        }
    }

    fn error_place(&self) -> Place {
        Place::of(self.document, self.reader.error_position())
    }

    fn checked(&self, text: Cow<'a, str>) -> Result<Cow<'a, str>, ReadError> {
        if text.chars().all(is_xml_char) {
            Ok(text)
        } else {
            Err(ReadError::Character(self.place()))
        }
    }

    fn resolve(&self, reference: &BytesRef<'_>) -> Result<Cow<'static, str>, ReadError> {
        let unknown = || ReadError::Reference(self.place());
        let character = reference.resolve_char_ref().map_err(|_| unknown())?;
        match character {
            Some(character) if is_xml_char(character) => Ok(Cow::Owned(character.to_string())),
            Some(_) => Err(unknown()),
            None => predefined(reference.as_ref())
                .map(Cow::Borrowed)
                .ok_or_else(unknown),
        }
    }
}

fn known(name: &str) -> &'static str {
    let element = ELEMENTS.iter().find(|&&element| element == name);
    element.copied().unwrap_or(UNKNOWN)
}

/// The entities that XML has without declaration.
fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    })
}

fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), ReadError> {
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name))
            if ["utf-8", "utf8", "us-ascii"]
                .iter()
                .any(|served| name.eq_ignore_ascii_case(served)) =>
        {
            Ok(())
        }
        Some(_) => Err(ReadError::Encoding),
    }
}
