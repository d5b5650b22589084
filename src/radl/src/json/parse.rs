//! From JSON text to values.

use std::collections::HashSet;
use std::sync::Arc;

use logos::{Lexer, Logos};

use super::token::Kind;
use super::value::{Object, Value};
use crate::error::Unexpected;
use crate::text::position;
use crate::{MAX_DEPTH, Number, ParseError};

/// How deep values may be nested: a document with features at [`MAX_DEPTH`] needs three levels for each of theirs.
const MAX_VALUES: usize = 3 * MAX_DEPTH + 2;

/// The state between two tokens.
struct Parser<'s> {
    source: &'s str,
    lexer: Lexer<'s, Kind>,
    /// Keys met so far, each stored once.
    keys: HashSet<Arc<str>>,
}

/// A list or object that has not ended yet.
enum Open {
    /// A list with its items so far.
    List(Vec<Value>),
    /// An object with its members so far and the key of the next one.
    Object(Object, Arc<str>),
}

/// Reads one value that is the whole text.
pub(super) fn parse(source: &str) -> Result<Value, ParseError> {
    let mut parser = Parser {
        source,
        lexer: Kind::lexer(source),
        keys: HashSet::new(),
    };
    parser.document()
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

    /// Lists and objects that have not ended are kept on a stack of their own, so that depth costs no stack space.
    fn document(&mut self) -> Result<Value, ParseError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            if let Some(value) = self.start(&mut open)?
                && let Some(document) = self.end(&mut open, value)?
            {
                return Ok(document);
            }
        }
    }

    /// Reads to the end of a scalar or of an empty list or object, or into one that is not empty.
    fn start(&mut self, open: &mut Vec<Open>) -> Result<Option<Value>, ParseError> {
        let mut next = self.next();
        loop {
            match next {
                Next::Token(Kind::OpenList) => {
                    self.check_depth(open)?;
                    next = self.next();
                    if matches!(next, Next::Token(Kind::CloseList)) {
                        return Ok(Some(Value::List(Vec::new())));
                    }
                    open.push(Open::List(Vec::new()));
                }
                Next::Token(Kind::OpenObject) => {
                    self.check_depth(open)?;
                    next = self.next();
                    if matches!(next, Next::Token(Kind::CloseObject)) {
                        return Ok(Some(Value::Object(Object::new())));
                    }
                    let key = self.key(&next)?;
                    open.push(Open::Object(Object::new(), key));
                    return Ok(None);
                }
                Next::Token(kind) => return self.scalar(kind).map(Some),
                Next::Unknown | Next::End => return Err(self.error(&["a value"])),
            }
        }
    }

    /// Puts a value where it belongs, and what is ended thereby as well. Returns the outermost value if it is ended.
    fn end(&mut self, open: &mut Vec<Open>, mut value: Value) -> Result<Option<Value>, ParseError> {
        loop {
            value = match open.pop() {
                None => {
                    return match self.next() {
                        Next::End => Ok(Some(value)),
                        _ => Err(self.error(&["the end of the document"])),
                    };
                }
                Some(Open::List(mut items)) => {
                    items.push(value);
                    match self.next() {
                        Next::Token(Kind::CloseList) => Value::List(items),
                        Next::Token(Kind::Comma) => {
                            open.push(Open::List(items));
                            return Ok(None);
                        }
                        _ => return Err(self.error(&["','", "']'"])),
                    }
                }
                Some(Open::Object(mut members, key)) => {
                    members.insert(key, value);
                    match self.next() {
                        Next::Token(Kind::CloseObject) => Value::Object(members),
                        Next::Token(Kind::Comma) => {
                            let next = self.next();
                            let key = self.key(&next)?;
                            open.push(Open::Object(members, key));
                            return Ok(None);
                        }
                        _ => return Err(self.error(&["','", "'}'"])),
                    }
                }
            }
        }
    }

    fn check_depth(&self, open: &[Open]) -> Result<(), ParseError> {
        if open.len() < MAX_VALUES {
            return Ok(());
        }
        let message = format!("Values are nested too deep; expected {MAX_VALUES} levels at most.");
        Err(ParseError {
            position: self.error(&[]).position,
            ..ParseError::plain(message)
        })
    }

    fn scalar(&self, kind: Kind) -> Result<Value, ParseError> {
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
            Kind::PlainString | Kind::EscapedString => Value::Text(self.string(kind)?.into()),
            _ => return Err(self.error(&["a value"])),
        })
    }

    /// Reads a key, which `next` is, and the colon behind it.
    fn key(&mut self, next: &Next) -> Result<Arc<str>, ParseError> {
        let Next::Token(kind @ (Kind::PlainString | Kind::EscapedString)) = next else {
            return Err(self.error(&["a key in double quotes"]));
        };
        let text = self.string(*kind)?;
        let Next::Token(Kind::Colon) = self.next() else {
            return Err(self.error(&["':'"]));
        };
        if let Some(known) = self.keys.get(text.as_str()) {
            return Ok(known.clone());
        }
        let key: Arc<str> = text.into();
        self.keys.insert(key.clone());
        Ok(key)
    }

    fn string(&self, kind: Kind) -> Result<String, ParseError> {
        let quoted = self.lexer.slice();
        let inner = quoted
            .get(1..quoted.len().saturating_sub(1))
            .unwrap_or_default();
        if kind == Kind::PlainString {
            return Ok(inner.to_owned());
        }
        unescape(inner).ok_or_else(|| self.error(&["a text without half a surrogate pair"]))
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
            syntax: Some(Box::new(Unexpected {
                found: None,
                expected: expected.to_vec(),
            })),
            ..ParseError::plain(message)
        }
    }
}

/// Resolves the escapes of a text. `None` if it has half a surrogate pair, which is no character.
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    while let Some((before, escaped)) = rest.split_once('\\') {
        let mut characters = escaped.chars();
        let kind = characters.next().unwrap_or('\\');
        rest = characters.as_str();
        if !before.is_empty() || kind != 'u' {
            flush(&mut units, &mut plain)?;
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
    flush(&mut units, &mut plain)?;
    plain.push_str(rest);
    Some(plain)
}

fn flush(units: &mut Vec<u16>, plain: &mut String) -> Option<()> {
    for character in char::decode_utf16(units.drain(..)) {
        plain.push(character.ok()?);
    }
    Some(())
}
