//! What a plain scalar means, by the rules of version 1.1.

use im_radl::Number;
use num_bigint::BigInt;

use super::{Key, Node, Value};

/// The value of a plain scalar.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    let starts_like_a_number = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'));
    if starts_like_a_number {
        if let Some(number) = int(text).or_else(|| float(text)) {
            return Value::Number(number);
        }
        if is_date(text) {
            return Value::Date(text.into());
        }
    }
    Value::Text(text.into())
}

/// The key that a scalar value makes; lists and mappings are none.
pub(super) fn key(node: &Node) -> Option<Key> {
    Some(match &node.value {
        Value::Text(text) => Key::text(text.clone()),
        Value::Date(text) => Key::other(text.clone()),
        Value::Null => Key::other("null"),
        Value::Bool(true) => Key::other("true"),
        Value::Bool(false) => Key::other("false"),
        Value::Number(number) => Key::other(number.to_string()),
        Value::List(_) | Value::Map(_) => return None,
    })
}

fn int(text: &str) -> Option<Number> {
    let (negative, digits) = sign(text);
    let clean: String = digits.chars().filter(|c| *c != '_').collect();
    let first = digits.bytes().next()?;
    if !first.is_ascii_digit() || clean.len() > im_radl::MAX_DIGITS {
        return None;
    }
    let radix = |rest: &str, radix: u32| BigInt::parse_bytes(rest.as_bytes(), radix);
    let magnitude = if clean == "0" {
        (digits == "0").then(BigInt::default)?
    } else if let Some(rest) = clean.strip_prefix("0b") {
        radix(rest, 2)?
    } else if let Some(rest) = clean.strip_prefix("0x") {
        radix(rest, 16)?
    } else if let Some(rest) = clean.strip_prefix('0') {
        radix(rest, 8)?
    } else if clean.contains(':') {
        sexagesimal(&clean)?
    } else if clean.bytes().all(|b| b.is_ascii_digit()) {
        radix(&clean, 10)?
    } else {
        return None;
    };
    Some(Number::from(if negative { -magnitude } else { magnitude }))
}

/// `1:30` is 90: numbers of base 60, each part after the first below 60.
fn sexagesimal(text: &str) -> Option<BigInt> {
    let mut value = BigInt::default();
    for (index, part) in text.split(':').enumerate() {
        let is_small = part.len() <= 2 && (part.len() == 1 || part.as_bytes() < b"60".as_slice());
        if part.is_empty()
            || !part.bytes().all(|b| b.is_ascii_digit())
            || (index > 0 && !is_small)
            || index > 50
        {
            return None;
        }
        value = value * 60 + part.parse::<BigInt>().ok()?;
    }
    Some(value)
}

fn float(text: &str) -> Option<Number> {
    let (negative, rest) = sign(text);
    match rest {
        ".inf" | ".Inf" | ".INF" => {
            let value = if negative {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            };
            return Some(Number::Float(value));
        }
        _ => {}
    }
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (rest.get(..at)?, Some(rest.get(at + 1..)?)),
        None => (rest, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let has_digit = |part: &str| part.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let are_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if !are_digits(whole) || !are_digits(fraction) || !(has_digit(whole) || whole.is_empty()) {
        return None;
    }
    if whole.is_empty() && (!has_digit(fraction) || negative || text.starts_with('+')) {
        return None;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['-', '+'])?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let clean: String = rest.chars().filter(|c| *c != '_').collect();
    let value = clean.parse::<f64>().ok()?;
    Some(Number::Float(if negative { -value } else { value }))
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// `YYYY-MM-DD`, or with a time of day behind it.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let digits = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
    };
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) {
        return false;
    }
    let day_ends = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at(day_ends);
    if time.is_empty() {
        return month.len() == 2 && day.len() == 2;
    }
    let time = time.trim_start_matches([' ', '\t', 'T', 't']);
    let clock = time
        .split(['.', 'Z', '+', '-', ' '])
        .next()
        .unwrap_or_default();
    digits(day, 2) && clock.split(':').count() == 3 && clock.split(':').all(|part| digits(part, 2))
}
