//! The comparison between the name of a feature and its value.

use std::fmt;

/// How a feature bounds its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operator {
    /// `=`: exactly this value.
    #[default]
    Equal,
    /// `<`: counted as [`Operator::AtMost`] when values are compared, and kept as written.
    Less,
    /// `<=`: this value or less.
    AtMost,
    /// `>`: counted as [`Operator::AtLeast`] when values are compared, and kept as written.
    Greater,
    /// `>=`: this value or more.
    AtLeast,
}

// === impl Operator ===

impl Operator {
    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Whether a constraint with this operator sets a lower end.
    pub fn bounds_below(self) -> bool {
        matches!(self, Self::Equal | Self::Greater | Self::AtLeast)
    }

    /// Whether a constraint with this operator sets an upper end.
    pub fn bounds_above(self) -> bool {
        matches!(self, Self::Equal | Self::Less | Self::AtMost)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
