//! Texts: plain where that reads back, in single quotes where it does not, in double quotes where there are characters
//! that need an escape.

use super::Emitter;
use crate::yaml::{Value, resolve};

/// A text and what may be done with it.
pub(super) struct Scalar<'a> {
    text: &'a str,
    is_key: bool,
    may_be_plain: bool,
    may_be_single: bool,
}

/// What the characters of a text say about it.
#[derive(Default)]
struct Analysis {
    indicators: bool,
    line_breaks: bool,
    special: bool,
    space_at_end: bool,
    break_then_space: bool,
    space_then_break: bool,
}

// === impl Scalar ===

impl<'a> Scalar<'a> {
    pub(super) fn new(text: &'a str, is_key: bool) -> Self {
        let analysis = Analysis::of(text);
        let escapes = analysis.special || analysis.space_then_break;
        let is_text = matches!(resolve::plain(text), Value::Text(_)) && !matches!(text, "<<" | "=");
        let may_be_plain = !text.is_empty()
            && is_text
            && !escapes
            && !analysis.indicators
            && !analysis.line_breaks
            && !analysis.space_at_end
            && !analysis.break_then_space;
        let may_be_single =
            !(escapes || analysis.break_then_space || is_key && analysis.line_breaks);
        Self {
            text,
            is_key,
            may_be_plain,
            may_be_single,
        }
    }

    /// Writes the text; its further lines go to an indentation.
    pub(super) fn write(&self, emitter: &mut Emitter, indent: usize) {
        if self.may_be_plain {
            self.plain(emitter, indent);
        } else if self.may_be_single {
            self.single(emitter, indent);
        } else {
            self.double(emitter, indent);
        }
    }

    fn plain(&self, emitter: &mut Emitter, indent: usize) {
        for run in runs(self.text) {
            match run {
                Run::Spaces(" ", _) if emitter.column > emitter.width && !self.is_key => {
                    emitter.fold(indent);
                }
                Run::Spaces(text, _) | Run::Breaks(text) | Run::Other(text) => emitter.push(text),
            }
        }
    }

    fn single(&self, emitter: &mut Emitter, indent: usize) {
        emitter.push("'");
        for run in runs(self.text) {
            match run {
                Run::Spaces(" ", false) if emitter.column > emitter.width && !self.is_key => {
                    emitter.fold(indent);
                }
                Run::Spaces(text, _) => emitter.push(text),
                Run::Breaks(text) => {
                    emitter.push("\n");
                    for _ in text.chars() {
                        emitter.push("\n");
                    }
                    // The line break before the indentation is one of those.
                    emitter.out.pop();
                    emitter.fold(indent);
                }
                Run::Other(text) => emitter.push(&text.replace('\'', "''")),
            }
        }
        emitter.push("'");
    }

    fn double(&self, emitter: &mut Emitter, indent: usize) {
        emitter.push("\"");
        let chars: Vec<char> = self.text.chars().collect();
        let mut start = 0;
        let text_of = |from: usize, to: usize| -> String {
            chars.get(from..to).unwrap_or_default().iter().collect()
        };
        for end in 0..=chars.len() {
            let c = chars.get(end).copied();
            if c.is_none_or(needs_escape) {
                if start < end {
                    emitter.push(&text_of(start, end));
                    start = end;
                }
                if let Some(c) = c {
                    emitter.push(&escape(c));
                    start = end + 1;
                }
            }
            let inside = end > 0 && end + 1 < chars.len();
            if inside
                && (c == Some(' ') || start >= end)
                && emitter.column + end > emitter.width + start
                && !self.is_key
            {
                let mut part = text_of(start, end);
                part.push('\\');
                start = start.max(end);
                emitter.push(&part);
                emitter.fold(indent);
                if chars.get(start) == Some(&' ') {
                    emitter.push("\\");
                }
            }
        }
        emitter.push("\"");
    }
}

// === impl Analysis ===

impl Analysis {
    fn of(text: &str) -> Self {
        let mut found = Self {
            indicators: text.starts_with("---") || text.starts_with("..."),
            ..Self::default()
        };
        let count = text.chars().count();
        let mut chars = text.chars().enumerate().peekable();
        let mut before = None;
        while let Some((index, c)) = chars.next() {
            let blank = |c: char| is_break(c) || matches!(c, ' ' | '\t' | '\r' | '\0');
            let then_blank = chars.peek().is_none_or(|(_, next)| blank(*next));
            let after_blank = before.is_none_or(blank);
            found.indicators |= match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                | '%' | '@' | '`'
                    if index == 0 =>
                {
                    true
                }
                '?' | '-' if index == 0 => then_blank,
                ':' => then_blank,
                '#' => after_blank,
                _ => false,
            };
            found.line_breaks |= is_break(c);
            found.special |= !(c == '\n' || matches!(c, ' '..='~'));
            let at_end = index == 0 || index + 1 == count;
            found.space_at_end |= at_end && (c == ' ' || is_break(c));
            found.break_then_space |= c == ' ' && before.is_some_and(is_break);
            found.space_then_break |= is_break(c) && before == Some(' ');
            before = Some(c);
        }
        found
    }
}

/// Parts of a text.
enum Run<'a> {
    /// Spaces, and whether they are at one end of the text.
    Spaces(&'a str, bool),
    Breaks(&'a str),
    Other(&'a str),
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let kind = |c: char| match c {
        ' ' => 0,
        c if is_break(c) => 1,
        _ => 2,
    };
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .char_indices()
            .find(|(_, c)| kind(*c) != kind(first))
            .map_or(rest.len(), |(at, _)| at);
        let (run, tail) = rest.split_at(end);
        let at_end = rest.len() == text.len() || tail.is_empty();
        found.push(match kind(first) {
            0 => Run::Spaces(run, at_end),
            1 => Run::Breaks(run),
            _ => Run::Other(run),
        });
        rest = tail;
    }
    found
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\') || !matches!(c, ' '..='~')
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(c);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
