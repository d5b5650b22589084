//! From JSON text to values.

use std::collections::HashSet;
use std::sync::Arc;

use logos::{Lexer, Logos};

use super::token::Kind;
use super::value::{Object, Value};
use crate::text::position;
use crate::{MAX_DEPTH, Number, ParseError};

/// The state between two tokens.
struct Parser<'s> {
    source: &'s str,
    lexer: Lexer<'s, Kind>,
    depth: usize,
    /// Keys met so far, each stored once.
    keys: HashSet<Arc<str>>,
}

/// Reads one value that is the whole text.
pub(super) fn parse(source: &str) -> Result<Value, ParseError> {
    let mut parser = Parser {
        source,
        lexer: Kind::lexer(source),
        depth: 0,
        keys: HashSet::new(),
    };
    let first = parser.next();
    let value = parser.value(first)?;
    match parser.next() {
        Next::End => Ok(value),
        _ => Err(parser.error(&["the end of the document"])),
    }
}

/// The next token.
enum Next {
    Token(Kind),
    Unknown,
    End,
}

// === impl Parser ===

impl<'s> Parser<'s> {
    fn next(&mut self) -> Next {
        match self.lexer.next() {
            Some(Ok(kind)) => Next::Token(kind),
            Some(Err(())) => Next::Unknown,
            None => Next::End,
        }
    }

    fn value(&mut self, next: Next) -> Result<Value, ParseError> {
        let Next::Token(kind) = next else {
            return Err(self.error(&["a value"]));
        };
        Ok(match kind {
            Kind::Null => Value::Null,
            Kind::True => Value::Number(Number::Bool(true)),
            Kind::False => Value::Number(Number::Bool(false)),
            Kind::NotANumber => Value::NotANumber,
            Kind::Infinity => Value::Number(Number::Float(f64::INFINITY)),
            Kind::MinusInfinity => Value::Number(Number::Float(f64::NEG_INFINITY)),
            Kind::Int => match Number::parse_int(self.lexer.slice()) {
                Some(number) => Value::Number(number),
                None => return Err(self.error(&["a whole number of 4300 digits at most"])),
            },
            Kind::Float => match self.lexer.slice().parse() {
                Ok(number) => Value::Number(Number::Float(number)),
                Err(_) => return Err(self.error(&["a number"])),
            },
            Kind::PlainString | Kind::EscapedString => Value::Text(self.string(kind).into()),
            Kind::OpenList => self.deeper(Self::list)?,
            Kind::OpenObject => self.deeper(Self::object)?,
            Kind::CloseObject | Kind::CloseList | Kind::Colon | Kind::Comma => {
                return Err(self.error(&["a value"]));
            }
        })
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, ParseError>,
    ) -> Result<Value, ParseError> {
        if self.depth > MAX_DEPTH {
            let message =
                format!("Values are nested too deep; expected {MAX_DEPTH} levels at most.");
            return Err(ParseError {
                position: self.error(&[]).position,
                ..ParseError::plain(message)
            });
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Value, ParseError> {
        let mut items = Vec::new();
        let mut next = self.next();
        if matches!(next, Next::Token(Kind::CloseList)) {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(next)?);
            match self.next() {
                Next::Token(Kind::Comma) => next = self.next(),
                Next::Token(Kind::CloseList) => return Ok(Value::List(items)),
                _ => return Err(self.error(&["','", "']'"])),
            }
        }
    }

    fn object(&mut self) -> Result<Value, ParseError> {
        let mut members = Object::new();
        let mut next = self.next();
        if matches!(next, Next::Token(Kind::CloseObject)) {
            return Ok(Value::Object(members));
        }
        loop {
            let Next::Token(kind @ (Kind::PlainString | Kind::EscapedString)) = next else {
                return Err(self.error(&["a key in double quotes"]));
            };
            let key = self.key(kind);
            let Next::Token(Kind::Colon) = self.next() else {
                return Err(self.error(&["':'"]));
            };
            let first = self.next();
            members.insert(key, self.value(first)?);
            match self.next() {
                Next::Token(Kind::Comma) => next = self.next(),
                Next::Token(Kind::CloseObject) => return Ok(Value::Object(members)),
                _ => return Err(self.error(&["','", "'}'"])),
            }
        }
    }

    fn key(&mut self, kind: Kind) -> Arc<str> {
        let key = self.string(kind);
        if let Some(known) = self.keys.get(key.as_str()) {
            return known.clone();
        }
        let key: Arc<str> = key.into();
        self.keys.insert(key.clone());
        key
    }

    fn string(&self, kind: Kind) -> String {
        let quoted = self.lexer.slice();
        let inner = quoted
            .get(1..quoted.len().saturating_sub(1))
            .unwrap_or_default();
        if kind == Kind::PlainString {
            inner.to_owned()
        } else {
            unescape(inner)
        }
    }

    /// The last token is none of what was expected.
    fn error(&self, expected: &[&'static str]) -> ParseError {
        let start = self.lexer.span().start;
        let position = position(self.source, start);
        let message = format!(
            "The JSON text cannot be read: line {} column {} (character {}).",
            position.line,
            position.column,
            self.source
                .get(..start)
                .map_or(0, |before| before.chars().count())
        );
        ParseError {
            position: Some(position),
            expected: expected.to_vec(),
            ..ParseError::plain(message)
        }
    }
}

/// Resolves the escapes of a text; half a surrogate pair becomes the replacement character.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    while let Some((before, escaped)) = rest.split_once('\\') {
        let mut characters = escaped.chars();
        let kind = characters.next().unwrap_or('\\');
        rest = characters.as_str();
        if !before.is_empty() || kind != 'u' {
            flush(&mut units, &mut plain);
        }
        plain.push_str(before);
        match kind {
            'u' => {
                let (digits, after) = rest.split_at_checked(4).unwrap_or((rest, ""));
                units.push(u16::from_str_radix(digits, 16).unwrap_or(0xfffd));
                rest = after;
            }
            'b' => plain.push('\u{8}'),
            'f' => plain.push('\u{c}'),
            'n' => plain.push('\n'),
            'r' => plain.push('\r'),
            't' => plain.push('\t'),
            other => plain.push(other),
        }
    }
    flush(&mut units, &mut plain);
    plain.push_str(rest);
    plain
}

fn flush(units: &mut Vec<u16>, plain: &mut String) {
    plain.extend(
        char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
}
