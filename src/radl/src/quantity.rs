//! Numbers with units.

use std::fmt;
use std::sync::Arc;

use crate::Number;

/// A number with the unit that was written behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number as written.
    pub value: Number,
    /// The word behind it, as written.
    pub unit: Option<Arc<str>>,
}

// === impl Quantity ===

impl Quantity {
    /// A number without a unit.
    pub fn plain(value: impl Into<Number>) -> Self {
        Self {
            value: value.into(),
            unit: None,
        }
    }

    /// A number with a unit.
    pub fn with_unit(value: impl Into<Number>, unit: &str) -> Self {
        Self {
            value: value.into(),
            unit: (!unit.is_empty()).then(|| unit.into()),
        }
    }

    /// The number multiplied out: bytes for sizes.
    pub fn base(&self) -> Number {
        self.value
            .scaled(unit_factor(self.unit.as_deref().unwrap_or_default()))
    }

    /// How many of `unit` this is, as a float.
    pub fn in_unit(&self, unit: &str) -> f64 {
        self.base().to_f64() / unit_factor(unit) as f64
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            self.value,
            self.unit.as_deref().unwrap_or_default()
        )
    }
}

/// What a unit multiplies by.
///
/// In any letter case, with or without a final `B`: `K M G T` are powers of 1000 and `Ki Mi Gi Ti` powers of 1024.
/// Every other word multiplies by 1.
pub fn unit_factor(unit: &str) -> i64 {
    let mut letters = unit.bytes().map(|b| b.to_ascii_uppercase());
    let power = match letters.next() {
        Some(b'K') => 1,
        Some(b'M') => 2,
        Some(b'G') => 3,
        Some(b'T') => 4,
        _ => return 1,
    };
    match (letters.next(), letters.next(), letters.next()) {
        (None, None, None) | (Some(b'B'), None, None) => 1000_i64.pow(power),
        (Some(b'I'), None, None) | (Some(b'I'), Some(b'B'), None) => 1024_i64.pow(power),
        _ => 1,
    }
}
