//! Laying one document over another.

use crate::yaml::{Node, Value};

/// `over` laid over `base`.
pub(super) fn lay_over(base: &Node, over: &Node) -> Node {
    let value = match (&base.value, &over.value) {
        (Value::Map(below), Value::Map(above)) => {
            let mut merged = below.clone();
            for (key, value) in above {
                match merged.get_mut(key) {
                    Some(present) => *present = lay_over(present, value),
                    None => {
                        merged.insert(key.clone(), value.clone());
                    }
                }
            }
            Value::Map(merged)
        }
        (Value::List(below), Value::List(above)) => {
            let mut merged = below.clone();
            for item in above {
                if !below.contains(item) {
                    merged.push(item.clone());
                }
            }
            Value::List(merged)
        }
        _ => over.value.clone(),
    };
    Node {
        value,
        line: over.line,
    }
}
