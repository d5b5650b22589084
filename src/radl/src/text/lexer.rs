//! From characters to tokens.
//!
//! Each character is looked at a bounded number of times. The one search that can fail late is that for the quote
//! that closes a text: a failed search has followed the escapes from its opening quote to its end, and a quote
//! inside that stretch is an escaped one, behind which a new search would meet the same escapes. So a failed search
//! settles all quotes up to where it ended.

use logos::Logos;

use super::token::{Kind, Token};
use crate::MAX_DIGITS;

/// The state between two tokens.
struct Lexer<'s> {
    source: &'s str,
    inner: logos::Lexer<'s, Kind>,
    tokens: Vec<Token<'s>>,
    line: u32,
    /// How many parentheses are open.
    depth: usize,
    /// No quote that opens before this place is ever closed.
    unclosed_before: usize,
}

/// The tokens of a document. A token of a kind that no sentence accepts stands where reading must stop.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        source,
        inner: Kind::lexer(source),
        tokens: Vec::with_capacity(source.len() / 6),
        line: 1,
        depth: 0,
        unclosed_before: 0,
    };
    while let Some(found) = lexer.inner.next() {
        if let Ok(kind) = found {
            lexer.token(kind);
        }
    }
    lexer.tokens
}

// === impl Lexer ===

impl<'s> Lexer<'s> {
    fn token(&mut self, kind: Kind) {
        let span = self.inner.span();
        match kind {
            Kind::LineEnds => self.count_lines(span.len()),
            Kind::RecipeBegin if self.depth == 0 => self.resume(span.start + 1),
            Kind::RecipeBegin => self.recipe(span.start, span.end),
            kind if self.depth == 0 && kind.needs_parentheses() => {}
            Kind::String => self.string(span.start),
            Kind::Number => self.number(span.start, span.end),
            Kind::Open => {
                self.depth += 1;
                self.push(kind, span.start, span.end);
            }
            Kind::Close => match self.depth.checked_sub(1) {
                Some(depth) => {
                    self.depth = depth;
                    self.push(kind, span.start, span.end);
                }
                None => self.push(Kind::UnopenedClose, span.start, span.end),
            },
            kind => self.push(kind, span.start, span.end),
        }
    }

    fn number(&mut self, start: usize, end: usize) {
        let digits = self.source.get(start..end).unwrap_or_default();
        let kind = if digits.len() > MAX_DIGITS && !digits.contains('.') {
            Kind::LongNumber
        } else {
            Kind::Number
        };
        self.push(kind, start, end);
    }

    /// Reads on behind an opening quote: a text, or, if the quote is never closed, nothing.
    fn string(&mut self, start: usize) {
        if start < self.unclosed_before {
            return;
        }
        let bytes = self.source.as_bytes();
        let mut at = start + 1;
        loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(b'\''), _) => break,
                (Some(b'\\'), None | Some(b'\n')) | (None, _) => {
                    self.unclosed_before = at;
                    return;
                }
                (Some(b'\\'), Some(_)) => at += 2,
                (Some(_), _) => at += 1,
            }
        }
        let end = at + 1;
        let kind = match self.source.get(start + 1..at).map(random_digits) {
            Some(Some(1)) => Kind::Random,
            Some(Some(_)) => Kind::LongRandom,
            _ => Kind::String,
        };
        self.push(kind, start, end);
        self.resume(end);
    }

    /// Reads a recipe behind `@begin`: up to the line that starts with `@end`, which belongs to the document again.
    fn recipe(&mut self, start: usize, end: usize) {
        self.push(Kind::RecipeBegin, start, end);
        let rest = self.source.get(end..).unwrap_or_default();
        let Some(length) = rest.find("\n@end") else {
            self.resume(self.source.len());
            return;
        };
        let recipe_end = end + length + 1;
        self.push(Kind::Recipe, end, recipe_end);
        let lines = self
            .source
            .as_bytes()
            .get(end..recipe_end)
            .unwrap_or_default();
        self.count_lines(lines.iter().filter(|b| **b == b'\n').count());
        let resumed = recipe_end + "@end".len();
        self.push(Kind::RecipeEnd, recipe_end, resumed);
        self.resume(resumed);
    }

    fn count_lines(&mut self, lines: usize) {
        self.line = self
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let text = self.source.get(start..end).unwrap_or_default();
        self.tokens.push(Token {
            kind,
            text,
            start,
            line: self.line,
        });
    }

    /// Goes on at another place.
    fn resume(&mut self, at: usize) {
        let mut inner = Kind::lexer(self.source);
        inner.bump(at);
        self.inner = inner;
    }
}

/// How many digits there are if `text` is `random(DIGITS)`.
fn random_digits(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("random(")?.strip_suffix(')')?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits.len())
}
