//! Numbers as the language has them: whole numbers of any size, floats, and the truth values of the JSON form.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

/// The longest whole number that is read, in digits. Longer ones are refused, which keeps reading linear.
pub const MAX_DIGITS: usize = 4300;

/// A number. `10` and `10.0` are different numbers of the same size: comparison with `==` tells them apart, and
/// [`Number::compare`] does not.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// A whole number of 64 bits.
    Int(i64),
    /// A whole number beyond 64 bits.
    Big(Arc<BigInt>),
    /// A number with a point. Never not-a-number.
    Float(f64),
    /// A truth value, which only the JSON form can write; it counts as 0 or 1.
    Bool(bool),
}

// === impl Number ===

impl Number {
    /// Reads a whole number: ASCII digits, perhaps with a minus sign before them. `None` if it is anything else or
    /// longer than [`MAX_DIGITS`].
    pub fn parse_int(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty()
            || digits.len() > MAX_DIGITS
            || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
        match text.parse::<i64>() {
            Ok(value) => Some(Self::Int(value)),
            Err(_) => text.parse::<BigInt>().ok().map(Self::from),
        }
    }

    /// Whether this is a whole number (a truth value is one).
    pub fn is_int(&self) -> bool {
        !matches!(self, Self::Float(_))
    }

    /// The value as a float, rounded if it must be.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Int(value) => *value as f64,
            Self::Big(value) => value.to_f64().unwrap_or(f64::NAN),
            Self::Float(value) => *value,
            Self::Bool(value) => f64::from(u8::from(*value)),
        }
    }

    /// The value as a whole number of 64 bits, if it is one exactly or after its fraction is cut off.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Big(value) => value.to_i64(),
            Self::Float(value) => value.to_i64(),
            Self::Bool(value) => Some(i64::from(*value)),
        }
    }

    /// The value as an unsigned number, under the rule of [`Number::to_i64`].
    pub fn to_u64(&self) -> Option<u64> {
        match self {
            Self::Int(value) => u64::try_from(*value).ok(),
            Self::Big(value) => value.to_u64(),
            Self::Float(value) => value.to_u64(),
            Self::Bool(value) => Some(u64::from(*value)),
        }
    }

    /// Whether the value is zero.
    pub fn is_zero(&self) -> bool {
        self.compare(&Self::Int(0)) == Ordering::Equal
    }

    /// Which of two numbers is greater, by their exact values.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Self::Float(a), b) => b.compare_with_float(*a).reverse(),
            (a, Self::Float(b)) => a.compare_with_float(*b),
            (a, b) => a.to_big().cmp(&b.to_big()),
        }
    }

    /// The number multiplied by a factor; a whole number stays whole and exact, a float stays a float.
    pub fn scaled(&self, factor: i64) -> Self {
        if factor == 1 {
            return self.clone();
        }
        match self {
            Self::Float(value) => Self::Float(value * factor as f64),
            Self::Int(value) => match value.checked_mul(factor) {
                Some(product) => Self::Int(product),
                None => Self::from(BigInt::from(*value) * factor),
            },
            Self::Big(value) => Self::from(value.as_ref() * factor),
            Self::Bool(value) => Self::Int(i64::from(*value) * factor),
        }
    }

    fn compare_with_float(&self, other: f64) -> Ordering {
        if other == f64::INFINITY {
            return Ordering::Less;
        }
        if other == f64::NEG_INFINITY {
            return Ordering::Greater;
        }
        let whole = BigInt::from_f64(other.trunc()).unwrap_or_default();
        self.to_big().cmp(&whole).then_with(|| {
            0.0_f64
                .partial_cmp(&other.fract())
                .unwrap_or(Ordering::Equal)
        })
    }

    fn to_big(&self) -> BigInt {
        match self {
            Self::Int(value) => BigInt::from(*value),
            Self::Big(value) => value.as_ref().clone(),
            Self::Float(value) => BigInt::from_f64(*value).unwrap_or_default(),
            Self::Bool(value) => BigInt::from(u8::from(*value)),
        }
    }
}

impl From<BigInt> for Number {
    fn from(value: BigInt) -> Self {
        match value.to_i64() {
            Some(small) => Self::Int(small),
            None => Self::Big(Arc::new(value)),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::from(BigInt::from(value))
    }
}

impl From<f64> for Number {
    /// Not-a-number becomes 0.0.
    fn from(value: f64) -> Self {
        Self::Float(if value.is_nan() { 0.0 } else { value })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Big(value) => fmt::Display::fmt(value.as_ref(), f),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Float(value) => write_float(*value, f),
        }
    }
}

/// Writes the shortest form that reads back, with a point or an exponent; the exponent has a sign and two digits at
/// least, and is used from 1e16 upwards and below 1e-4.
fn write_float(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if value.is_infinite() {
        return f.write_str(if value > 0.0 { "inf" } else { "-inf" });
    }
    let text = format!("{value:?}");
    match text.split_once('e') {
        None => f.write_str(&text),
        Some((mantissa, exponent)) => {
            let mantissa = mantissa.strip_suffix(".0").unwrap_or(mantissa);
            let (sign, digits) = match exponent.strip_prefix('-') {
                Some(digits) => ('-', digits),
                None => ('+', exponent),
            };
            write!(f, "{mantissa}e{sign}{digits:0>2}")
        }
    }
}
