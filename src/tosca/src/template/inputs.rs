//! Inputs whose values are made up: `random(N)`.

use im_radl::Number;
use rand::RngExt;

use crate::yaml::{Node, Value};
use crate::{Limits, ToscaError};

/// Puts generated texts in the place of the defaults `random(N)`.
pub(super) fn generate(document: &mut Node, limits: &Limits) -> Result<(), ToscaError> {
    let random = |count: usize| {
        let mut rng = rand::rng();
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count)
            .filter_map(|_| letters.get(rng.random_range(0..letters.len())))
            .map(|letter| char::from(*letter))
            .collect::<String>()
    };
    let Value::Map(root) = &mut document.value else {
        return Ok(());
    };
    let inputs = root
        .get_mut("topology_template")
        .and_then(|topology| match &mut topology.value {
            Value::Map(topology) => topology.get_mut("inputs"),
            _ => None,
        });
    let Some(Node {
        value: Value::Map(inputs),
        ..
    }) = inputs
    else {
        return Ok(());
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
    }
    Ok(())
}

fn random_length(text: &str) -> Option<Number> {
    let digits = text.strip_prefix("random(")?.strip_suffix(')')?;
    Number::parse_int(digits)
}
