//! Reading a pattern.

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::{Conversion, Field, Piece, Spec};

/// The widest that a field is made; more is a slip.
const WIDEST: usize = 1000;

/// The pieces of a pattern; an error is the end of a sentence.
pub(super) fn pieces(pattern: &str) -> Result<Vec<Piece>, String> {
    if pattern.chars().any(char::is_control) {
        return Err("has more than one line, but one line was expected".to_owned());
    }
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            plain.push('%');
            rest = after;
            continue;
        }
        let (field, spec, after) = field(after)?;
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Field(field, spec));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    if !pieces.iter().any(|piece| matches!(piece, Piece::Field(..))) {
        return Err(
            "shows nothing of a message: a field such as %(message)s was expected".to_owned(),
        );
    }
    Ok(pieces)
}

/// `(name)-12.8s`, and what follows.
fn field(text: &str) -> Result<(Field, Spec, &str), String> {
    let (name, rest) = text
        .strip_prefix('(')
        .and_then(|text| text.split_once(')'))
        .ok_or_else(|| {
            format!("has a percent sign before '{}', but a field such as %(message)s, or %% for a percent sign, was expected", beginning(text))
        })?;
    let field = Field::from_name(name).ok_or_else(|| {
        format!(
            "has the field %({name})s, but one of these was expected: {}",
            Field::names()
        )
    })?;
    let mut spec = Spec::default();
    let flags = rest.trim_start_matches(['-', '0', ' ', '+', '#']);
    for flag in rest[..rest.len() - flags.len()].chars() {
        match flag {
            '-' => spec.left = true,
            '0' => spec.zeros = true,
            _ => {}
        }
    }
    let (width, rest) = number(flags);
    spec.width = width.unwrap_or(0);
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(rest) => {
            let (precision, rest) = number(rest);
            spec.precision = Some(precision.unwrap_or(0));
            rest
        }
    };
    let letter = rest.chars().next().unwrap_or(' ');
    spec.conversion = match letter {
        's' | 'r' | 'a' => Conversion::Text,
        'd' | 'i' | 'u' if field.is_number() => Conversion::Integer,
        'f' | 'F' if field.is_number() => Conversion::Float,
        _ => {
            let expected = match field.is_number() {
                true => "s, d or f",
                false => "s",
            };
            return Err(format!(
                "has %({name}) with '{}' after it, but {expected} was expected there",
                beginning(rest)
            ));
        }
    };
    if spec.width > WIDEST || spec.precision.is_some_and(|most| most > WIDEST) {
        return Err(format!(
            "has a field that is wider than {WIDEST} characters"
        ));
    }
    Ok((field, spec, &rest[letter.len_utf8()..]))
}

/// The number at the beginning, and what follows it.
fn number(text: &str) -> (Option<usize>, &str) {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &text[..text.len() - rest.len()];
    let number = match digits {
        "" => None,
        digits => Some(digits.parse().unwrap_or(usize::MAX)),
    };
    (number, rest)
}

fn beginning(text: &str) -> String {
    text.chars().take(10).collect()
}

/// A form of dates, tried once; an error is the end of a sentence.
pub(super) fn date(form: &str) -> Result<Option<String>, String> {
    if form.is_empty() {
        return Ok(None);
    }
    if form.chars().any(char::is_control) {
        return Err("has more than one line, but one line was expected".to_owned());
    }
    let moment = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    match BrokenDownTime::from(&moment).to_string(form) {
        Ok(_) => Ok(Some(form.to_owned())),
        Err(error) => Err(format!(
            "is '{form}', but a form of dates as for strftime was expected ({error})"
        )),
    }
}
