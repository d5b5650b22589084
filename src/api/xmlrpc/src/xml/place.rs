//! Where in a document something is.

use std::fmt;

/// A line and a column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

// === impl Place ===

impl Place {
    /// The place of a byte of a document.
    pub(crate) fn of(document: &str, offset: u64) -> Self {
        let offset = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(document.len());
        let before = document.as_bytes().get(..offset).unwrap_or_default();
        let line_start = before
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        let begins_character = |b: &&u8| (**b as i8) >= -0x40;
        Self {
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            column: 1 + before
                .iter()
                .skip(line_start)
                .filter(begins_character)
                .count(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let document = "a\nñb\n";
        let place = |offset| {
            let place = Place::of(document, offset);
            (place.line, place.column)
        };
        assert_eq!(place(0), (1, 1));
        assert_eq!(place(2), (2, 1));
        assert_eq!(place(4), (2, 2));
        assert_eq!(place(99), (3, 1));
    }
}
