//! Inputs whose values are made up: `random(N)`.

use im_radl::Number;
use rand::RngExt;

use crate::yaml::{Key, Map, Node, Value};
use crate::{Limits, ToscaError};

/// Puts generated texts in the place of the defaults `random(N)`. Answers of which inputs.
pub(super) fn generate(document: &mut Node, limits: &Limits) -> Result<Vec<Key>, ToscaError> {
    let random = |count: usize| {
        let mut rng = rand::rng();
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count)
            .filter_map(|_| letters.get(rng.random_range(0..letters.len())))
            .map(|letter| char::from(*letter))
            .collect::<String>()
    };
    let mut generated = Vec::new();
    let Some(inputs) = inputs_mut(document) else {
        return Ok(generated);
    };
    for (name, input) in inputs.iter_mut() {
        let Value::Map(input) = &mut input.value else {
            continue;
        };
        let Some(default) = input.get_mut("default") else {
            continue;
        };
        let Some(count) = default.as_str().and_then(random_length) else {
            continue;
        };
        let most = limits.text.min(10_000);
        let count = count.to_u64().and_then(|count| usize::try_from(count).ok());
        let Some(count) = count.filter(|count| *count <= most) else {
            return Err(ToscaError::limit(format!(
                "the input {} asks for more than {most} random letters",
                name.as_str()
            )));
        };
        *default = Node::text(random(count)).at(default.line);
        generated.push(name.clone());
    }
    Ok(generated)
}

/// Gives generated inputs the values that they have in a stored document.
pub(super) fn keep(document: &mut Node, generated: &[Key], stored: &Node) {
    let known = stored
        .get("topology_template")
        .and_then(|topology| topology.get_map("inputs"));
    let (Some(known), Some(inputs)) = (known, inputs_mut(document)) else {
        return;
    };
    for name in generated {
        let value = known.get(name).and_then(|input| input.get_some("default"));
        if let (Some(value), Some(input)) = (value, inputs.get_mut(name))
            && let Value::Map(input) = &mut input.value
        {
            input.insert(Key::text("default"), value.clone());
        }
    }
}

fn inputs_mut(document: &mut Node) -> Option<&mut Map> {
    let mut node = document;
    for key in ["topology_template", "inputs"] {
        let Value::Map(map) = &mut node.value else {
            return None;
        };
        node = map.get_mut(key)?;
    }
    match &mut node.value {
        Value::Map(inputs) => Some(inputs),
        _ => None,
    }
}

fn random_length(text: &str) -> Option<Number> {
    let digits = text.strip_prefix("random(")?.strip_suffix(')')?;
    Number::parse_int(digits)
}
