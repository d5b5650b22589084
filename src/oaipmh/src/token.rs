//! Tokens by which a list goes on. One says all that is needed, so that any node can go on with it, and none expires.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::error::OaiError;
use crate::format::Format;
use crate::request::day;

/// A part of a list: what it is of, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// How many come before it.
    pub(crate) cursor: usize,
    pub(crate) format: Format,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
}

// === impl Token ===

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let (from, until) = (date(self.from), date(self.until));
        write!(f, "{}.{}.{from}.{until}", self.cursor, self.format.prefix())
    }
}

impl FromStr for Token {
    type Err = OaiError;

    fn from_str(text: &str) -> Result<Self, OaiError> {
        let bad = |_| OaiError::BadResumptionToken;
        let date = |text: &str| match text {
            "" => Ok(None),
            text => day(text).map(Some).map_err(bad),
        };
        let parts: Vec<&str> = text.split('.').collect();
        let [cursor, prefix, from, until] = parts[..] else {
            return Err(OaiError::BadResumptionToken);
        };
        let cursor = cursor.parse().map_err(|_| OaiError::BadResumptionToken)?;
        let token = Self {
            cursor,
            format: Format::by_prefix(prefix).map_err(bad)?,
            from: date(from)?,
            until: date(until)?,
        };
        // One that was never given is none.
        if token.cursor == 0 || token.to_string() != text {
            return Err(OaiError::BadResumptionToken);
        }
        Ok(token)
    }
}
