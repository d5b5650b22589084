//! How reading fails, and what the parsers of this room share.

use winnow::error::{ErrMode, ParserError};
use winnow::stream::{Stateful, Stream, TokenSlice};

use super::token::{Kind, Token};
use crate::error::Unexpected;
use crate::random::RandomText;
use crate::shared::Texts;
use crate::{MAX_DEPTH, ParseError, Position, is_secret_name};

/// The tokens that are left, with the state of reading.
pub(super) type Input<'i> = Stateful<TokenSlice<'i, Token<'i>>, State<'i>>;

/// The result of a parser.
pub(super) type Parsed<T> = Result<T, ErrMode<Fault>>;

/// Why a parser failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The token is none of those that may stand here; [`State`] knows which.
    Syntax,
    /// What was read cannot be part of a document.
    Refused(Box<ParseError>),
}

/// What the parsers know beside the tokens.
pub(super) struct State<'i> {
    /// Where random values come from.
    pub(super) random: &'i mut dyn RandomText,
    /// How many tokens there are.
    total: usize,
    /// The furthest place at which a token was refused, by the number of its token.
    furthest: usize,
    /// The kinds that were looked for there.
    expected: Vec<Kind>,
    /// How many bodies are open.
    depth: usize,
    /// Names and texts that were met before.
    pub(super) texts: &'i mut Texts,
}

// === impl State ===

impl<'i> State<'i> {
    pub(super) fn new(total: usize, random: &'i mut dyn RandomText, texts: &'i mut Texts) -> Self {
        Self {
            random,
            total,
            furthest: 0,
            expected: Vec::new(),
            depth: 0,
            texts,
        }
    }

    /// Remembers that a kind was looked for where so many tokens are left.
    fn refuse(&mut self, left: usize, kind: Kind) {
        let at = self.total.saturating_sub(left);
        if at > self.furthest {
            self.furthest = at;
            self.expected.clear();
        }
        if at == self.furthest && !self.expected.contains(&kind) {
            self.expected.push(kind);
        }
    }

    /// The error for a document that no sentence fits.
    pub(super) fn syntax_error(&self, source: &str, tokens: &[Token<'_>]) -> ParseError {
        let expected = self.expected.iter().map(|kind| kind.label()).collect();
        let Some(token) = tokens.get(self.furthest) else {
            let position = Some(position(source, source.trim_end().len()));
            return ParseError {
                message: "Parse error in: None".to_owned(),
                line: None,
                position,
                syntax: Some(Box::new(Unexpected {
                    found: Some("end of the document".to_owned()),
                    expected,
                })),
                offset: None,
            };
        };
        let position = Some(position(source, token.start));
        let refused = |message: &str| ParseError {
            message: message.to_owned(),
            line: None,
            position,
            syntax: None,
            offset: None,
        };
        match token.kind {
            Kind::UnopenedClose => refused("A parenthesis is closed that was not opened."),
            Kind::LongRandom => refused(
                "The length of a random value has more than one digit; expected 'random(N)' with N from 0 to 9.",
            ),
            Kind::LongNumber => {
                refused("A whole number is too long; expected 4300 digits at most.")
            }
            kind => {
                let shown = if self.may_be_secret(tokens) {
                    "'***'".to_owned()
                } else {
                    token.shown()
                };
                let found = shown.clone();
                let offset = source
                    .get(..token.start)
                    .map_or(0, |before| before.chars().count());
                let message = format!(
                    "Parse error in: LexToken({},{shown},{},{offset})",
                    kind.name(),
                    token.line
                );
                ParseError {
                    message,
                    line: Some(token.line),
                    position,
                    syntax: Some(Box::new(Unexpected {
                        found: Some(found),
                        expected,
                    })),
                    offset: None,
                }
            }
        }
    }

    /// Whether the refused token may be a piece of the value of a secret: it is a text or word close behind its name.
    fn may_be_secret(&self, tokens: &[Token<'_>]) -> bool {
        let is_value = tokens
            .get(self.furthest)
            .is_some_and(|t| matches!(t.kind, Kind::String | Kind::Word));
        let before = tokens
            .get(self.furthest.saturating_sub(4)..self.furthest)
            .unwrap_or_default();
        is_value
            && before
                .iter()
                .any(|t| t.kind == Kind::Word && is_secret_name(t.text))
    }
}

impl std::fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("furthest", &self.furthest)
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

// === impl Fault ===

impl<'i> ParserError<Input<'i>> for Fault {
    type Inner = Self;

    fn from_input(_: &Input<'i>) -> Self {
        Self::Syntax
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

impl From<ParseError> for Fault {
    fn from(error: ParseError) -> Self {
        Self::Refused(Box::new(error))
    }
}

/// Takes one token of a kind.
pub(super) fn token<'i>(kind: Kind) -> impl Fn(&mut Input<'i>) -> Parsed<&'i Token<'i>> {
    move |input| match input.input.peek_token() {
        Some(token) if token.kind == kind => {
            input.input.next_slice(1);
            Ok(token)
        }
        _ => {
            let left = input.input.len();
            input.state.refuse(left, kind);
            Err(ErrMode::Backtrack(Fault::Syntax))
        }
    }
}

/// Runs a parser one level deeper.
pub(super) fn nested<'i, T>(
    input: &mut Input<'i>,
    parser: impl FnOnce(&mut Input<'i>) -> Parsed<T>,
) -> Parsed<T> {
    if input.state.depth >= MAX_DEPTH {
        return Err(refuse(ParseError::too_deep()));
    }
    input.state.depth += 1;
    let result = parser(input);
    input.state.depth -= 1;
    result
}

/// Stops reading.
pub(super) fn refuse(error: ParseError) -> ErrMode<Fault> {
    ErrMode::Cut(error.into())
}

/// The line and column of a byte of the document.
pub(crate) fn position(source: &str, at: usize) -> Position {
    let before = source.get(..at).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
    Position {
        line: count(before.bytes().filter(|b| *b == b'\n').count()),
        column: count(before.get(line_start..).unwrap_or_default().chars().count()),
    }
}
