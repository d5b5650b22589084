//! Constraints on values.

use std::cmp::Ordering;

use im_radl::Number;
use regex::RegexBuilder;

use super::quantity;
use crate::functions::is_function;
use crate::yaml::{Node, Value, repr, text};

/// Checks a value against one constraint. The error is a sentence that names the property and the rule.
pub(super) fn constraint(
    name: &str,
    kind: &str,
    value: &Node,
    rule: &Node,
    shown: &str,
) -> Result<(), String> {
    let Some((rule, argument)) = rule.as_map().and_then(|map| map.first()) else {
        return Err(format!(
            "The constraints of property \"{name}\" must each be a mapping of one entry."
        ));
    };
    if is_function(value) {
        return Ok(());
    }
    let fail = |what: String| {
        Err(format!(
            "The value \"{shown}\" of property \"{name}\" {what}"
        ))
    };
    let bound = text(argument);
    let order = compare(kind, value, argument);
    let length = || match &value.value {
        Value::Text(text) => text.chars().count(),
        Value::List(items) => items.len(),
        Value::Map(map) => map.len(),
        _ => 0,
    };
    let limit = || {
        argument
            .as_number()
            .and_then(Number::to_u64)
            .map_or(0, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
    };
    match rule.as_str() {
        "equal" if !equal(kind, value, argument) => fail(format!("is not equal to \"{bound}\".")),
        "greater_than" if order != Some(Ordering::Greater) => {
            fail(format!("must be greater than \"{bound}\"."))
        }
        "greater_or_equal" if !order.is_some_and(Ordering::is_ge) => {
            fail(format!("must be greater than or equal to \"{bound}\"."))
        }
        "less_than" if order != Some(Ordering::Less) => {
            fail(format!("must be less than \"{bound}\"."))
        }
        "less_or_equal" if !order.is_some_and(Ordering::is_le) => {
            fail(format!("must be less than or equal to \"{bound}\"."))
        }
        "in_range" => in_range(name, kind, value, argument, shown),
        "pattern" => pattern(name, value, &bound, shown),
        "valid_values" => {
            let values = argument.as_list().unwrap_or_default();
            if values.iter().any(|valid| equal(kind, value, valid)) {
                return Ok(());
            }
            fail(format!(
                "is not valid. Expected a value from \"{}\".",
                repr(argument)
            ))
        }
        "length" if length() != limit() => Err(format!(
            "Length of value \"{shown}\" of property \"{name}\" must be equal to \"{bound}\"."
        )),
        "min_length" if length() < limit() => Err(format!(
            "Length of value \"{shown}\" of property \"{name}\" must be at least \"{bound}\"."
        )),
        "max_length" if length() > limit() => Err(format!(
            "Length of value \"{shown}\" of property \"{name}\" must be no greater than \"{bound}\"."
        )),
        "equal" | "greater_than" | "greater_or_equal" | "less_than" | "less_or_equal"
        | "length" | "min_length" | "max_length" | "schema" => Ok(()),
        other => Err(format!(
            "Invalid property \"{other}\" in the constraints of \"{name}\"."
        )),
    }
}

fn in_range(name: &str, kind: &str, value: &Node, range: &Node, shown: &str) -> Result<(), String> {
    let Some([low, high]) = range.as_list() else {
        return Err(format!(
            "The constraint in_range of property \"{name}\" needs two values."
        ));
    };
    let ends = match value.as_list() {
        Some(items) => items.to_vec(),
        None => vec![value.clone()],
    };
    let unbounded = |end: &Node| end.as_str() == Some("UNBOUNDED");
    for end in &ends {
        let above = unbounded(low) || compare(kind, end, low).is_some_and(Ordering::is_ge);
        let below = unbounded(high) || compare(kind, end, high).is_some_and(Ordering::is_le);
        if !(unbounded(end) || above && below) {
            return Err(format!(
                "The value \"{}\" of property \"{name}\" is out of range \"(min:{}, max:{})\".",
                shown,
                text(low),
                text(high)
            ));
        }
    }
    Ok(())
}

/// The whole text matches a regular expression, which is matched in linear time.
fn pattern(name: &str, value: &Node, pattern: &str, shown: &str) -> Result<(), String> {
    let whole = RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(1 << 20)
        .build()
        .map_err(|_| {
            format!("The pattern \"{pattern}\" of property \"{name}\" is not a regular expression.")
        })?;
    if whole.is_match(&text(value)) {
        return Ok(());
    }
    Err(format!(
        "The value \"{shown}\" of property \"{name}\" does not match pattern \"{pattern}\"."
    ))
}

fn equal(kind: &str, value: &Node, other: &Node) -> bool {
    if kind.starts_with("scalar-unit.") {
        return compare(kind, value, other) == Some(Ordering::Equal);
    }
    match (number(value), number(other)) {
        (Some(a), Some(b)) => a.compare(&b).is_eq(),
        _ => value == other || (kind == "string" && text(value) == text(other)),
    }
}

fn compare(kind: &str, value: &Node, bound: &Node) -> Option<Ordering> {
    if kind.starts_with("scalar-unit.") {
        let value = quantity(kind, &text(value))?.base();
        return value.partial_cmp(&quantity(kind, &text(bound))?.base());
    }
    match (&value.value, &bound.value) {
        (Value::Text(a) | Value::Date(a), Value::Text(b) | Value::Date(b)) => Some(a.cmp(b)),
        _ => Some(number(value)?.compare(&number(bound)?)),
    }
}

fn number(value: &Node) -> Option<Number> {
    match &value.value {
        Value::Number(number) => Some(number.clone()),
        Value::Bool(truth) => Some(Number::Bool(*truth)),
        _ => None,
    }
}
