//! A statement with its values, which is sent by itself (prepared) or in one text with others (`script`).

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use sqlx::mysql::MySqlQueryResult;
use sqlx::{Error, MySqlConnection};

use super::lists::query;

/// A statement that writes rows: a constant text with a place (`?`) for each value, and nowhere else a question mark.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    text: Cow<'static, str>,
    values: Vec<Value<'a>>,
    /// Rows that are written or matched if all is well.
    rows: usize,
}

/// A value of a statement.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Null,
    Number(i64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

// === impl Statement ===

impl<'a> Statement<'a> {
    /// One that writes so many rows.
    pub(super) fn new(text: impl Into<Cow<'static, str>>, rows: usize) -> Self {
        Self {
            text: text.into(),
            values: Vec::new(),
            rows,
        }
    }

    /// Gives the next place its value.
    pub(super) fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Rows that are written or matched if all is well.
    pub(super) fn rows(&self) -> u64 {
        self.rows as u64
    }

    /// Sends it by itself.
    pub(super) async fn execute(
        self,
        connection: &mut MySqlConnection,
    ) -> Result<MySqlQueryResult, Error> {
        let mut query = query(self.text.into_owned(), self.rows);
        for value in self.values {
            query = match value {
                Value::Null => query.bind(None::<&str>),
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text.into_owned()),
                Value::Bytes(bytes) => query.bind(bytes.to_vec()),
            };
        }
        query.execute(connection).await
    }

    /// Appends it to a text, with its values in their places.
    ///
    /// Texts and bytes are written as hexadecimal digits, so nothing that they say can end a literal, whatever the
    /// server's mode or the connection's character set.
    pub(super) fn write_to(&self, text: &mut String) {
        let mut values = self.values.iter();
        let mut pieces = self.text.split('?');
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            values.next().unwrap_or(&Value::Null).write_to(text);
            text.push_str(piece);
        }
    }
}

// === impl Value ===

impl Value<'_> {
    fn write_to(&self, into: &mut String) {
        match self {
            Self::Null => into.push_str("NULL"),
            Self::Number(number) => into.push_str(&number.to_string()),
            Self::Text(text) => {
                into.push_str("_utf8mb4 ");
                hexadecimal(text.as_bytes(), into);
            }
            Self::Bytes(bytes) => hexadecimal(bytes, into),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Number(i64::from(flag))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

fn hexadecimal(bytes: &[u8], into: &mut String) {
    into.push_str("x'");
    HEXLOWER.encode_append(bytes, into);
    into.push('\'');
}
