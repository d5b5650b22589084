//! The forms that values have: from text to a typed value and back.

mod choice;
mod list;
mod number;
mod structured;
mod text;
mod time;

pub(crate) use choice::choice;
pub(crate) use list::{Issuers, Names, Networks, Origins, Scopes};
pub(crate) use number::{
    Address, Bool, Bytes, Count, Limit, OptionalPort, Port, Positive, Rate, Size,
};
pub(crate) use structured::{AdminGroups, AdminUsers, DatabaseUrl, RedisUrl};
pub(crate) use text::{
    Domain, File, Host, HttpUrl, OptionalFile, OptionalText, Password, Passwords, Text,
    TextOrDefault, VmNamePattern,
};
pub(crate) use time::{Interval, Milliseconds, OptionalInterval, Seconds};

/// A form of values.
pub(crate) trait Codec {
    /// What a text of this form means.
    type Value;

    /// What is expected, as the end of the sentence 'but ... was expected'.
    const EXPECTED: &'static str;

    /// The unit of the value, or nothing.
    const UNIT: &'static str = "";

    /// Whether the text must not be shown to anybody.
    const SECRET: bool = false;

    /// Whether a blank value means the default.
    const BLANK_IS_DEFAULT: bool = false;

    /// Understands a text, which has no white space at its ends.
    fn parse(text: &str) -> Result<Self::Value, Refusal>;

    /// The text that means the value; stars where it is a secret.
    fn text(value: &Self::Value) -> String;
}

/// A text was not understood.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    /// Which piece of it, if that helps; never a part of a secret.
    pub(crate) detail: Option<String>,
}

// === impl Refusal ===

impl Refusal {
    /// A refusal that tells which piece of the text is wrong.
    pub(crate) fn because(detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
        }
    }
}
