//! Reads a call, within bounds.
//!
//! The functions follow the grammar of XML-RPC, one for each element that has others in it; where the opening tag was
//! read already the name says `after`. They call each other as deeply as values are nested, which [`Bounds::depth`]
//! holds down, and each value counts against [`Bounds::values`]; so the work and the memory are linear in the length
//! of the document.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use dxr::{MethodCall, Value};

use super::ReadError;
use super::tokens::{Token, Tokens};

/// How large a call may be, beside the length of its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Values in values: a text in a list in a parameter has depth 2.
    pub depth: usize,
    /// Values in all, those in others too.
    pub values: usize,
}

struct CallReader<'a> {
    tokens: Tokens<'a>,
    bounds: Bounds,
    values: usize,
}

// === impl Bounds ===

impl Default for Bounds {
    /// Calls of clients have a depth of 3; the longest have a number for each machine of an infrastructure.
    fn default() -> Self {
        Self {
            depth: 16,
            values: 100_000,
        }
    }
}

/// Reads the document of a call.
///
/// # Errors
/// If it is none, or exceeds the bounds.
pub fn read_call(document: &[u8], bounds: Bounds) -> Result<MethodCall<'static>, ReadError> {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    let document =
        std::str::from_utf8(document).map_err(|error| ReadError::NotUtf8(error.valid_up_to()))?;
    let reader = CallReader {
        tokens: Tokens::new(document),
        bounds,
        values: 0,
    };
    reader.call()
}

// === impl CallReader ===

impl<'a> CallReader<'a> {
    fn call(mut self) -> Result<MethodCall<'static>, ReadError> {
        self.open("methodCall", "the element methodCall")?;
        self.open("methodName", "the element methodName")?;
        let name = self.text_to_close()?.trim().to_owned();
        let mut params = Vec::new();
        if self.open_or_close("params", "the element params")? {
            while self.open_or_close("param", "the element param")? {
                self.open("value", "the element value")?;
                params.push(self.after_value(0)?);
                self.close("the end of the element param")?;
            }
            self.close("the end of the element methodCall")?;
        }
        match self.tag()? {
            Token::End => Ok(MethodCall {
                name: name.into(),
                params,
            }),
            _ => Err(self.unexpected("the end of the document")),
        }
    }

    /// A value, to its closing tag.
    fn after_value(&mut self, depth: usize) -> Result<Value, ReadError> {
        self.count(depth)?;
        let mut text = String::new();
        let kind = loop {
            match self.tokens.next()? {
                Token::Text(part) => text.push_str(&part),
                // Without an element for its type, a value is a text.
                Token::Close => return Ok(Value::String(text)),
                Token::Open(kind) if is_blank(&text) => break kind,
                Token::Open(_) | Token::End => return Err(self.unexpected("the end of a value")),
            }
        };
        let value = match kind {
            "struct" => self.after_struct(depth)?,
            "array" => self.after_array(depth)?,
            "nil" => {
                self.close("the end of the element nil")?;
                Value::Nil
            }
            scalar => {
                let text = self.text_to_close()?;
                self.scalar(scalar, text)?
            }
        };
        self.close("the end of a value")?;
        Ok(value)
    }

    fn after_struct(&mut self, depth: usize) -> Result<Value, ReadError> {
        let mut members = BTreeMap::new();
        while self.open_or_close("member", "the element member")? {
            self.open("name", "the element name")?;
            let name = self.text_to_close()?;
            self.open("value", "the element value")?;
            members.insert(name, self.after_value(depth + 1)?);
            self.close("the end of the element member")?;
        }
        Ok(Value::Struct(members))
    }

    fn after_array(&mut self, depth: usize) -> Result<Value, ReadError> {
        let mut items = Vec::new();
        if self.open_or_close("data", "the element data")? {
            while self.open_or_close("value", "the element value")? {
                items.push(self.after_value(depth + 1)?);
            }
            self.close("the end of the element array")?;
        }
        Ok(Value::Array(items))
    }

    fn scalar(&self, kind: &str, text: String) -> Result<Value, ReadError> {
        let word = text.trim();
        match kind {
            "string" => Ok(Value::String(text)),
            "int" | "i1" | "i2" | "i4" | "i8" => {
                let number = word
                    .parse::<i64>()
                    .map_err(|_| self.unexpected("a whole number of 64 bits"))?;
                Ok(i32::try_from(number).map_or(Value::Long(number), Value::Integer))
            }
            "boolean" => match word {
                "1" | "true" => Ok(Value::Boolean(true)),
                "0" | "false" => Ok(Value::Boolean(false)),
                _ => Err(self.unexpected("a boolean, 0 or 1,")),
            },
            "double" | "float" => word
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(Value::Double)
                .ok_or_else(|| self.unexpected("a number")),
            "dateTime.iso8601" => word
                .parse()
                .map(Value::DateTime)
                .map_err(|_| self.unexpected("a date and time as 20200131T23:59:59")),
            "base64" => {
                let digits: String = text.split_ascii_whitespace().collect();
                BASE64
                    .decode(digits)
                    .map(Value::Base64)
                    .map_err(|_| self.unexpected("base64"))
            }
            _ => Err(self.unexpected("an element that names a type of XML-RPC")),
        }
    }

    fn count(&mut self, depth: usize) -> Result<(), ReadError> {
        self.values += 1;
        let at = || self.tokens.place();
        if self.values > self.bounds.values {
            let limit = self.bounds.values;
            return Err(ReadError::TooMany { limit, at: at() });
        }
        if depth > self.bounds.depth {
            let limit = self.bounds.depth;
            return Err(ReadError::TooDeep { limit, at: at() });
        }
        Ok(())
    }

    /// The next tag; between tags of XML-RPC there is nothing but white space.
    fn tag(&mut self) -> Result<Token<'a>, ReadError> {
        loop {
            match self.tokens.next()? {
                Token::Text(text) if is_blank(&text) => {}
                Token::Text(_) => return Err(self.unexpected("an element")),
                Token::Open(name) => return Ok(Token::Open(name)),
                Token::Close => return Ok(Token::Close),
                Token::End => return Ok(Token::End),
            }
        }
    }

    fn open(&mut self, name: &str, expected: &'static str) -> Result<(), ReadError> {
        match self.tag()? {
            Token::Open(found) if found == name => Ok(()),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Whether the element opens, rather than the one that it would be in closes.
    fn open_or_close(&mut self, name: &str, expected: &'static str) -> Result<bool, ReadError> {
        match self.tag()? {
            Token::Open(found) if found == name => Ok(true),
            Token::Close => Ok(false),
            _ => Err(self.unexpected(expected)),
        }
    }

    fn close(&mut self, expected: &'static str) -> Result<(), ReadError> {
        match self.tag()? {
            Token::Close => Ok(()),
            _ => Err(self.unexpected(expected)),
        }
    }

    fn text_to_close(&mut self) -> Result<String, ReadError> {
        let mut text = String::new();
        loop {
            match self.tokens.next()? {
                Token::Text(part) => text.push_str(&part),
                Token::Close => return Ok(text),
                Token::Open(_) | Token::End => return Err(self.unexpected("a text")),
            }
        }
    }

    fn unexpected(&self, expected: &'static str) -> ReadError {
        ReadError::Unexpected {
            expected,
            at: self.tokens.place(),
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}
