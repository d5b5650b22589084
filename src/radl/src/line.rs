//! Where something was written.

/// The number of the line on which a part of a document was written, counted from 1.
///
/// Two parts written on different lines are still the same part: every `Line` equals every other, so that documents
/// compare by what they say. Parts that were built by a program or read from the JSON form have no line.
#[derive(Clone, Copy, Default)]
pub struct Line(u32);

// === impl Line ===

impl Line {
    /// No known line.
    pub const NONE: Line = Line(0);

    /// The line with this number, from 1.
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number, if known.
    pub fn number(self) -> Option<u32> {
        (self.0 != 0).then_some(self.0)
    }
}

impl PartialEq for Line {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Line {}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number() {
            Some(number) => write!(f, "line {number}"),
            None => f.write_str("no line"),
        }
    }
}
