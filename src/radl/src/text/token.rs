//! Tokens of the text form.

use std::borrow::Cow;

use logos::Logos;

use crate::Number;

/// What a token is. A character that starts none is skipped without an error.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r]+", skip(r"#[^\n]*", allow_greedy = true))]
pub(super) enum Kind {
    /// `ansible`
    #[token("ansible")]
    Ansible,
    /// `and`
    #[token("and")]
    And,
    /// `configure`
    #[token("configure")]
    Configure,
    /// `contains`
    #[token("contains")]
    Contains,
    /// `contextualize`
    #[token("contextualize")]
    Contextualize,
    /// `deploy`
    #[token("deploy")]
    Deploy,
    /// `description`
    #[token("description")]
    Description,
    /// `network`
    #[token("network")]
    Network,
    /// `option`
    #[token("option")]
    Option,
    /// `soft`
    #[token("soft")]
    Soft,
    /// `step`
    #[token("step")]
    Step,
    /// `system`
    #[token("system")]
    System,
    /// `with`
    #[token("with")]
    With,

    /// An identifier. Its first character is `a-z A-Z _ .`; letters and digits of any script, `_`, `.` and `-` follow.
    #[regex(r"[a-zA-Z_.][\p{L}\p{N}_.\-]*")]
    Word,
    /// Digits, then perhaps a point and digits.
    #[regex(r"[0-9]+(\.[0-9]*)?")]
    Number,
    /// The quote that opens a text; the lexer finds the other one.
    #[token("'")]
    String,
    /// `'random(N)'`, found by the lexer.
    Random,

    /// `=`
    #[token("=")]
    Equal,
    /// `<`
    #[token("<")]
    Less,
    /// `<=`
    #[token("<=")]
    AtMost,
    /// `>`
    #[token(">")]
    Greater,
    /// `>=`
    #[token(">=")]
    AtLeast,
    /// `(`
    #[token("(")]
    Open,
    /// `)`
    #[token(")")]
    Close,
    /// `[`
    #[token("[")]
    OpenList,
    /// `]`
    #[token("]")]
    CloseList,
    /// `,`
    #[token(",")]
    Comma,

    /// `@begin`
    #[token("@begin")]
    RecipeBegin,
    /// Everything between `@begin` and the line with `@end`, found by the lexer.
    Recipe,
    /// `@end` at the start of a line, found by the lexer.
    RecipeEnd,

    /// Line ends, which the lexer counts and drops.
    #[regex(r"\n+")]
    LineEnds,

    /// A parenthesis is closed that was not opened.
    UnopenedClose,
    /// `'random(N)'` with more than one digit.
    LongRandom,
    /// A whole number with too many digits.
    LongNumber,
}

/// A token with its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'s> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its text in the document, quotes included.
    pub(super) text: &'s str,
    /// Where it starts in the document, in bytes.
    pub(super) start: usize,
    /// Its line; line ends inside texts in quotes do not count.
    pub(super) line: u32,
}

// === impl Kind ===

impl Kind {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ansible => "ANSIBLE",
            Self::And => "AND",
            Self::Configure => "CONFIGURE",
            Self::Contains => "CONTAINS",
            Self::Contextualize => "CONTEXTUALIZE",
            Self::Deploy => "DEPLOY",
            Self::Description => "DESCRIPTION",
            Self::Network => "NETWORK",
            Self::Option => "OPTION",
            Self::Soft => "SOFT",
            Self::Step => "STEP",
            Self::System => "SYSTEM",
            Self::With => "WITH",
            Self::Word => "VAR",
            Self::Number | Self::LongNumber => "NUMBER",
            Self::String => "STRING",
            Self::Random | Self::LongRandom => "RANDOM",
            Self::Equal => "EQ",
            Self::Less => "LT",
            Self::AtMost => "LE",
            Self::Greater => "GT",
            Self::AtLeast => "GE",
            Self::Open => "LPAREN",
            Self::Close | Self::UnopenedClose => "RPAREN",
            Self::OpenList => "LBRACK",
            Self::CloseList => "RBRACK",
            Self::Comma => "COMMA",
            Self::RecipeBegin => "RECIPE_BEGIN",
            Self::Recipe => "RECIPE_BLOCK",
            Self::RecipeEnd => "RECIPE_END",
            Self::LineEnds => "NEWLINE",
        }
    }

    /// What a person is told to write.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Ansible => "'ansible'",
            Self::And => "'and'",
            Self::Configure => "'configure'",
            Self::Contains => "'contains'",
            Self::Contextualize => "'contextualize'",
            Self::Deploy => "'deploy'",
            Self::Description => "'description'",
            Self::Network => "'network'",
            Self::Option => "'option'",
            Self::Soft => "'soft'",
            Self::Step => "'step'",
            Self::System => "'system'",
            Self::With => "'with'",
            Self::Word => "a name",
            Self::Number | Self::LongNumber => "a number",
            Self::String => "a text in single quotes",
            Self::Random | Self::LongRandom => "'random(N)'",
            Self::Equal => "'='",
            Self::Less => "'<'",
            Self::AtMost => "'<='",
            Self::Greater => "'>'",
            Self::AtLeast => "'>='",
            Self::Open => "'('",
            Self::Close | Self::UnopenedClose => "')'",
            Self::OpenList => "'['",
            Self::CloseList => "']'",
            Self::Comma => "','",
            Self::RecipeBegin => "'@begin'",
            Self::Recipe => "a recipe",
            Self::RecipeEnd => "'@end' at the start of a line",
            Self::LineEnds => "a line end",
        }
    }

    /// Whether it is a token only inside parentheses; elsewhere it is skipped.
    pub(super) fn needs_parentheses(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::Less
                | Self::AtMost
                | Self::Greater
                | Self::AtLeast
                | Self::OpenList
                | Self::CloseList
                | Self::Comma
                | Self::RecipeBegin
        )
    }
}

// === impl Token ===

impl<'s> Token<'s> {
    /// The text of a string token, without quotes and with `\'` resolved. Other backslashes stay.
    pub(super) fn string(&self) -> Cow<'s, str> {
        let inner = self
            .text
            .get(1..self.text.len().saturating_sub(1))
            .unwrap_or_default();
        if inner.contains("\\'") {
            Cow::Owned(resolve_quotes(inner))
        } else {
            Cow::Borrowed(inner)
        }
    }

    /// The value of a number token.
    pub(super) fn number(&self) -> Number {
        if self.text.contains('.') {
            Number::Float(self.text.parse().unwrap_or(f64::INFINITY))
        } else {
            Number::parse_int(self.text).unwrap_or(Number::Int(0))
        }
    }

    /// How many characters a random token asks for.
    pub(super) fn random_length(&self) -> usize {
        self.text
            .bytes()
            .find(u8::is_ascii_digit)
            .map_or(0, |digit| usize::from(digit - b'0'))
    }

    /// Its value as it stands in messages.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::Number => self.number().to_string(),
            Kind::Random => self.random_length().to_string(),
            Kind::String => crate::quote::text(&self.string()),
            _ => crate::quote::text(self.text),
        }
    }
}

/// Replaces `\'` by `'`, where the backslash is not itself behind one.
fn resolve_quotes(text: &str) -> String {
    text.replace("\\'", "'")
}
