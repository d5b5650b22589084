//! What is known about one feature.

use super::document::error;
use crate::{CheckError, Constraint, Feature, Line, Number, Operator};

/// What a feature may be.
pub(super) struct Rule {
    /// The type of its value.
    pub(super) of: Type,
    /// The texts it may be, in capital letters; any if empty. Letter case does not count.
    pub(super) values: &'static [&'static str],
    /// The units it may have, in capital letters.
    pub(super) units: &'static [&'static str],
}

/// A type of values.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Type {
    /// A text.
    Text,
    /// A text or a list of texts.
    TextOrList,
    /// A whole number, not negative.
    Int,
    /// A number, not negative.
    Float,
    /// Features, written with `contains`.
    Features,
}

/// The units of sizes.
pub(super) const SIZES: &[&str] = &[
    "", "B", "K", "M", "G", "T", "KB", "MB", "GB", "TB", "KI", "MI", "GI", "KIB", "MIB", "GIB",
    "TIB",
];

// === impl Rule ===

impl Rule {
    /// Any text.
    pub(super) const fn text() -> Self {
        Self {
            of: Type::Text,
            values: &[],
            units: &[],
        }
    }

    /// One of some texts.
    pub(super) const fn one_of(values: &'static [&'static str]) -> Self {
        Self {
            of: Type::Text,
            values,
            units: &[],
        }
    }

    /// A number with one of some units.
    pub(super) const fn number(of: Type, units: &'static [&'static str]) -> Self {
        Self {
            of,
            values: &[],
            units,
        }
    }
}

/// Checks a feature against what is known about it.
pub(super) fn check_feature(name: &str, feature: &Feature, rule: &Rule) -> Result<(), CheckError> {
    match (rule.of, feature) {
        (Type::Text | Type::TextOrList, Feature::Text(text)) => {
            operator(name, text.operator, text.line)?;
            let known = rule
                .values
                .iter()
                .any(|value| value.eq_ignore_ascii_case(&text.value));
            if known || rule.values.is_empty() {
                Ok(())
            } else {
                Err(expected_one_of("value", rule.values, text.line))
            }
        }
        (Type::TextOrList, Feature::List(list)) => operator(name, list.operator, list.line),
        (Type::Int | Type::Float, Feature::Number(interval)) => interval
            .constraints()
            .try_for_each(|c| check_number(name, c, rule)),
        (Type::Features, Feature::Contains(_)) => Ok(()),
        _ => Err(wrong_type(rule.of, feature.line())),
    }
}

fn operator(name: &str, operator: Operator, line: Line) -> Result<(), CheckError> {
    if operator == Operator::Equal || name.contains("version") {
        return Ok(());
    }
    Err(error(line, "Invalid operator; expected '='"))
}

fn check_number(name: &str, constraint: &Constraint, rule: &Rule) -> Result<(), CheckError> {
    let value = &constraint.quantity.value;
    if rule.of == Type::Int && !value.is_int() {
        return Err(wrong_type(rule.of, constraint.line));
    }
    if value.compare(&Number::Int(0)).is_lt() {
        return Err(error(
            constraint.line,
            format!("Invalid value in property '{name}'"),
        ));
    }
    let unit = constraint.quantity.unit.as_deref().unwrap_or_default();
    let known = rule.units.iter().any(|it| it.eq_ignore_ascii_case(unit));
    match (known, rule.units) {
        (true, _) => Ok(()),
        (false, [""]) => Err(error(constraint.line, "Invalid unit; expected none")),
        (false, units) => Err(expected_one_of("unit", units, constraint.line)),
    }
}

fn expected_one_of(what: &str, choices: &[&str], line: Line) -> CheckError {
    error(
        line,
        format!(
            "Invalid {what}; expected one of {}",
            crate::quote::list(choices.iter().copied())
        ),
    )
}

fn wrong_type(expected: Type, line: Line) -> CheckError {
    let expected = match expected {
        Type::Text | Type::TextOrList => "str",
        Type::Int => "int",
        Type::Float => "float",
        Type::Features => "radl.radl.Features",
    };
    error(line, format!("Invalid type; expected <class '{expected}'>"))
}
