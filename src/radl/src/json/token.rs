//! Tokens of the JSON form.

use logos::Logos;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n]+")]
pub(super) enum Kind {
    /// `{`
    #[token("{")]
    OpenObject,
    /// `}`
    #[token("}")]
    CloseObject,
    /// `[`
    #[token("[")]
    OpenList,
    /// `]`
    #[token("]")]
    CloseList,
    /// `:`
    #[token(":")]
    Colon,
    /// `,`
    #[token(",")]
    Comma,
    /// `null`
    #[token("null")]
    Null,
    /// `true`
    #[token("true")]
    True,
    /// `false`
    #[token("false")]
    False,
    /// `NaN`
    #[token("NaN")]
    NotANumber,
    /// `Infinity`
    #[token("Infinity")]
    Infinity,
    /// `-Infinity`
    #[token("-Infinity")]
    MinusInfinity,
    /// A number without point and exponent.
    #[regex(r"-?(0|[1-9][0-9]*)")]
    Int,
    /// A number with a point or an exponent.
    #[regex(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+\-]?[0-9]+)?", priority = 1)]
    Float,
    /// A text without escapes.
    #[regex(r#""[^"\\\x00-\x1f]*""#, priority = 10)]
    PlainString,
    /// A text with escapes.
    #[regex(
        r#""([^"\\\x00-\x1f]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*""#,
        priority = 9
    )]
    EscapedString,
}
