//! Features from the members of an object.

use std::sync::Arc;

use super::build::{aspect, unexpected};
use super::value::{Object, Value};
use crate::{
    Constraint, Feature, FeatureConflict, Features, Interval, Line, MAX_DEPTH, Nested, NestedHead,
    NestedKind, Number, Operator, ParseError, Quantity, SoftFeatures, TextList,
};

/// The features of an object, from which `class`, `id` and the like have been taken.
/// `depth` says how deep they are, from 1 for those of a network or system of the document.
pub(super) fn features(object: Object, depth: usize) -> Result<Features, ParseError> {
    if depth > MAX_DEPTH {
        return Err(ParseError::too_deep());
    }
    let mut features = Features::with_capacity(object.len());
    for (key, value) in object {
        add(&mut features, key, value, depth)?;
    }
    features.shrink_to_fit();
    Ok(features)
}

/// A member as a feature of its own: a text or a number.
pub(super) fn as_feature(key: Arc<str>, value: Value) -> Result<(Arc<str>, Feature), ParseError> {
    match value {
        Value::Number(number) => {
            let (name, constraint) = constraint(&key, number);
            Ok((name, Feature::Number(Arc::new(Interval::new(constraint)))))
        }
        Value::Text(text) => Ok((key, Feature::text(text))),
        other => Err(unexpected(
            &format!("The option '{key}'"),
            "a text or a number",
            &other,
        )),
    }
}

fn add(
    features: &mut Features,
    key: Arc<str>,
    value: Value,
    depth: usize,
) -> Result<(), ParseError> {
    match value {
        Value::List(items) if &*key == "softs" => {
            for item in items {
                features.push_soft(soft(item, depth)?);
            }
            Ok(())
        }
        Value::Number(number) => {
            let (name, constraint) = constraint(&key, number);
            features.add_constraint(&name, constraint).map_err(conflict)
        }
        Value::NotANumber => Err(conflict(FeatureConflict::Disjoint {
            lower: None,
            upper: None,
            line: Line::NONE,
        })),
        Value::Text(text) => features
            .add_value(&key, Feature::text(text))
            .map_err(conflict),
        Value::List(items) if holds_texts(&key, &items) => {
            let items = items
                .into_iter()
                .map(|item| text_of_list(&key, item))
                .collect::<Result<_, _>>()?;
            let list = TextList {
                operator: Operator::Equal,
                line: Line::NONE,
                items,
            };
            features
                .add_value(&key, Feature::List(Arc::new(list)))
                .map_err(conflict)
        }
        Value::List(items) => items
            .into_iter()
            .try_for_each(|item| add_contained(features, &key, item, depth)),
        Value::Object(object) => features
            .add_value(&key, Feature::Nested(Arc::new(nested(object, depth + 1)?)))
            .map_err(conflict),
        Value::Null => Err(unexpected(
            &format!("The feature '{key}'"),
            "a text, a number, a list or an object",
            &value,
        )),
    }
}

/// `NAME_min` and `NAME_max` are bounds of `NAME`.
fn constraint(key: &Arc<str>, number: Number) -> (Arc<str>, Constraint) {
    let (name, operator) = if let Some(name) = key.strip_suffix("_min") {
        (name.into(), Operator::AtLeast)
    } else if let Some(name) = key.strip_suffix("_max") {
        (name.into(), Operator::AtMost)
    } else {
        (key.clone(), Operator::Equal)
    };
    (name, Constraint::new(operator, Quantity::plain(number)))
}

/// Whether a list is a list of texts, which it can be under two names; under other names a list holds objects.
fn holds_texts(name: &str, items: &[Value]) -> bool {
    let may_hold_texts = (name.starts_with("disk") && name.ends_with("image.url"))
        || (name.starts_with("net_interface") && name.ends_with("additional_dns_names"));
    may_hold_texts && items.iter().all(|item| matches!(item, Value::Text(_)))
}

fn text_of_list(name: &str, item: Value) -> Result<Arc<str>, ParseError> {
    match item {
        Value::Text(text) => Ok(text),
        other => Err(unexpected(
            &format!("An element of the feature '{name}'"),
            "a text",
            &other,
        )),
    }
}

fn add_contained(
    features: &mut Features,
    name: &Arc<str>,
    item: Value,
    depth: usize,
) -> Result<(), ParseError> {
    match item {
        Value::Object(object) => features
            .add_contained(name, nested(object, depth + 1)?)
            .map_err(conflict),
        Value::Number(number) if features.has(name) => features
            .add_constraint(name, constraint(name, number).1)
            .map_err(conflict),
        Value::Number(_) | Value::NotANumber => Err(ParseError::plain(
            "cannot access local variable 'inter1' where it is not associated with a value. \
             Involved features: ['None', 'None']",
        )),
        other => Err(unexpected(
            &format!("An element of the feature '{name}'"),
            "an object",
            &other,
        )),
    }
}

/// Features as a value; with `class` they are a network or a system.
fn nested(mut object: Object, depth: usize) -> Result<Nested, ParseError> {
    let kind = match object.shift_remove("class") {
        None => {
            return Ok(Nested {
                features: features(object, depth)?,
                ..Nested::default()
            });
        }
        Some(Value::Text(class)) => match &*class {
            "network" => NestedKind::Network,
            "system" => NestedKind::System,
            other => {
                return Err(ParseError::plain(format!(
                    "The class '{other}' cannot be inside a feature; expected network or system."
                )));
            }
        },
        Some(other) => return Err(unexpected("The 'class' of an object", "a text", &other)),
    };
    let (id, features, reference) = aspect(kind.keyword(), object, depth)?;
    Ok(Nested {
        head: Some(Box::new(NestedHead {
            kind,
            id,
            reference,
        })),
        features,
        line: Line::NONE,
    })
}

fn soft(item: Value, depth: usize) -> Result<SoftFeatures, ParseError> {
    let Value::Object(mut object) = item else {
        return Err(unexpected("An element of 'softs'", "an object", &item));
    };
    let weight = match object.shift_remove("weight") {
        None => Number::Int(0),
        Some(Value::Number(weight)) => weight,
        Some(other) => {
            return Err(unexpected(
                "The 'weight' of a soft block",
                "a number",
                &other,
            ));
        }
    };
    let features = match object.shift_remove("items") {
        None => Features::new(),
        Some(Value::Object(items)) => features(items, depth + 1)?,
        Some(other) => {
            return Err(unexpected(
                "The 'items' of a soft block",
                "an object",
                &other,
            ));
        }
    };
    Ok(SoftFeatures { weight, features })
}

fn conflict(conflict: FeatureConflict) -> ParseError {
    ParseError::plain(conflict.to_string())
}
