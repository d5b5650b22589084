//! Text of unknown origin in a line of the log.
//!
//! A character that could end a line, move the cursor of a terminal or turn the direction of what follows is written
//! as an escape: `\n`, `\r`, `\t`, or `\u{1b}`.

use std::fmt::{self, Write};

/// The longest text that a line has in one place, in bytes; what is beyond is counted, not shown.
pub(crate) const MAX_TEXT: usize = 16 * 1024;

/// Collects formatted text, escaped, up to [`MAX_TEXT`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Escaped {
    text: String,
    left_out: usize,
}

// === impl Escaped ===

impl Escaped {
    /// The text, with the number of bytes that were left out if there were any.
    pub(crate) fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text
                .push_str(&format!("... ({} bytes more)", self.left_out));
        }
        self.text
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        if self.text.len() + text.len() <= MAX_TEXT && text.bytes().all(is_plain) {
            self.text.push_str(text);
        } else {
            text.chars().for_each(|c| self.push(c));
        }
    }

    fn push(&mut self, c: char) {
        if self.text.len() >= MAX_TEXT {
            self.left_out += c.len_utf8();
            return;
        }
        match c {
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            c if is_unsafe(c) => self.text.extend(c.escape_unicode()),
            c => self.text.push(c),
        }
    }
}

impl Write for Escaped {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

/// What nearly all texts are made of: a character of ASCII that is no control.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Controls, separators of lines and paragraphs, marks of direction, and the byte order mark.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
