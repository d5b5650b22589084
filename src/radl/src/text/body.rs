//! Bodies: features joined by `and`.

use std::sync::Arc;

use winnow::Parser;
use winnow::combinator::{alt, delimited, opt, preceded, repeat};

use super::fault::{Input, Parsed, nested, refuse, token};
use super::token::{Kind, Token};
use crate::{
    Constraint, Feature, FeatureConflict, Features, Line, Nested, Operator, ParseError, Quantity,
    SoftFeatures, Text, TextList,
};

/// One member of a body.
enum Member<'i> {
    /// A feature with its name.
    Feature(&'i Token<'i>, Value),
    /// A wish.
    Soft(SoftFeatures),
}

/// What is said about a feature.
enum Value {
    Number(Constraint),
    Text(Text),
    List(TextList),
    Contains(Features),
}

/// `( features )`
pub(super) fn body(input: &mut Input<'_>) -> Parsed<Features> {
    nested(input, |input| {
        delimited(token(Kind::Open), features, token(Kind::Close)).parse_next(input)
    })
}

/// An operator.
pub(super) fn operator(input: &mut Input<'_>) -> Parsed<Operator> {
    alt((
        token(Kind::Equal).value(Operator::Equal),
        token(Kind::AtMost).value(Operator::AtMost),
        token(Kind::AtLeast).value(Operator::AtLeast),
        token(Kind::Less).value(Operator::Less),
        token(Kind::Greater).value(Operator::Greater),
    ))
    .parse_next(input)
}

/// Features, perhaps none; an `and` may stand before the first one.
fn features(input: &mut Input<'_>) -> Parsed<Features> {
    let Some(first) = first_member(input)? else {
        return Ok(Features::new());
    };
    let others: Vec<Member<'_>> =
        repeat(0.., preceded(token(Kind::And), member)).parse_next(input)?;
    let mut features = Features::with_capacity(1 + others.len());
    for member in std::iter::once(first).chain(others) {
        add(input, &mut features, member)?;
    }
    features.shrink_to_fit();
    Ok(features)
}

fn first_member<'i>(input: &mut Input<'i>) -> Parsed<Option<Member<'i>>> {
    match opt(token(Kind::And)).parse_next(input)? {
        Some(_) => member(input).map(Some),
        None => opt(member).parse_next(input),
    }
}

fn member<'i>(input: &mut Input<'i>) -> Parsed<Member<'i>> {
    alt((
        soft.map(Member::Soft),
        feature.map(|(name, value)| Member::Feature(name, value)),
    ))
    .parse_next(input)
}

fn soft(input: &mut Input<'_>) -> Parsed<SoftFeatures> {
    preceded(token(Kind::Soft), (token(Kind::Number), body))
        .map(|(weight, features)| SoftFeatures {
            weight: weight.number(),
            features,
        })
        .parse_next(input)
}

fn feature<'i>(input: &mut Input<'i>) -> Parsed<(&'i Token<'i>, Value)> {
    let name = token(Kind::Word)(input)?;
    let line = Line::new(name.line);
    let contains = preceded(token(Kind::Contains), body).map(Value::Contains);
    let compared = |input: &mut Input<'i>| {
        let operator = operator(input)?;
        value(operator, line, input)
    };
    let value = alt((contains, compared)).parse_next(input)?;
    Ok((name, value))
}

fn value(operator: Operator, line: Line, input: &mut Input<'_>) -> Parsed<Value> {
    alt((
        quantity.map(|quantity| {
            Value::Number(Constraint {
                operator,
                quantity,
                line,
            })
        }),
        text.map(|value| {
            Value::Text(Text {
                operator,
                line,
                value,
            })
        }),
        list.map(|items| {
            Value::List(TextList {
                operator,
                line,
                items,
            })
        }),
    ))
    .parse_next(input)
}

fn quantity(input: &mut Input<'_>) -> Parsed<Quantity> {
    let (number, unit) = (token(Kind::Number), opt(token(Kind::Word))).parse_next(input)?;
    let unit = unit.map(|unit| input.state.texts.name(unit.text));
    Ok(Quantity {
        value: number.number(),
        unit,
    })
}

fn text(input: &mut Input<'_>) -> Parsed<Arc<str>> {
    let token = alt((token(Kind::String), token(Kind::Random))).parse_next(input)?;
    Ok(match token.kind {
        Kind::Random => input.state.random.text(token.random_length()).into(),
        _ => input.state.texts.value(&token.string()),
    })
}

/// A list of texts, perhaps empty; a comma may stand before the first one.
fn list(input: &mut Input<'_>) -> Parsed<Vec<Arc<str>>> {
    delimited(token(Kind::OpenList), items, token(Kind::CloseList)).parse_next(input)
}

fn items(input: &mut Input<'_>) -> Parsed<Vec<Arc<str>>> {
    let item =
        |input: &mut Input<'_>| token(Kind::String)(input).map(|item| Arc::from(item.string()));
    let first = match opt(token(Kind::Comma)).parse_next(input)? {
        Some(_) => Some(item(input)?),
        None => opt(item).parse_next(input)?,
    };
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let others: Vec<Arc<str>> =
        repeat(0.., preceded(token(Kind::Comma), item)).parse_next(input)?;
    Ok(std::iter::once(first).chain(others).collect())
}

/// `NAME OPERATOR NUMBER-OR-TEXT`, as options have it.
pub(super) fn setting(input: &mut Input<'_>) -> Parsed<(Arc<str>, Feature)> {
    let name = token(Kind::Word)(input)?;
    let line = Line::new(name.line);
    let operator = operator(input)?;
    let number = token(Kind::Number).map(|number: &Token<'_>| {
        let constraint = Constraint {
            operator,
            quantity: Quantity::plain(number.number()),
            line,
        };
        Feature::Number(Arc::new(crate::Interval::new(constraint)))
    });
    let text = token(Kind::String).map(|text: &Token<'_>| {
        Feature::Text(Text {
            operator,
            line,
            value: text.string().into(),
        })
    });
    let value = alt((number, text)).parse_next(input)?;
    Ok((input.state.texts.name(name.text), value))
}

fn add(input: &mut Input<'_>, features: &mut Features, member: Member<'_>) -> Parsed<()> {
    let (token, value) = match member {
        Member::Soft(soft) => {
            features.push_soft(soft);
            return Ok(());
        }
        Member::Feature(token, value) => (token, value),
    };
    let name = input.state.texts.name(token.text);
    match value {
        Value::Number(constraint) => features.add_constraint(&name, constraint),
        Value::Text(text) => features.add_value(&name, Feature::Text(text)),
        Value::List(list) => features.add_value(&name, Feature::List(Arc::new(list))),
        Value::Contains(inner) => {
            let line = Line::new(token.line);
            features.add_contained(
                &name,
                Nested {
                    head: None,
                    features: inner,
                    line,
                },
            )
        }
    }
    .map_err(|conflict| refuse(conflict_error(&conflict, token)))
}

fn conflict_error(conflict: &FeatureConflict, token: &Token<'_>) -> ParseError {
    let line = match conflict {
        FeatureConflict::Mixed { .. } => None,
        _ => conflict.line().number(),
    };
    ParseError {
        line,
        offset: Some(token.start),
        ..ParseError::plain(conflict.to_string())
    }
}
