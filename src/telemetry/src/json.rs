//! A line that is a JSON object.

use serde_json::{Map, Value};

use crate::form::Line;
use crate::record::FieldValue;
use crate::time;

/// `{"time", "level", "logger", "target", "inf.id", "message", "fields"}`, the last two and the id where there are any.
pub(crate) fn line(line: &Line<'_>) -> String {
    let mut object = Map::new();
    let mut put = |key: &str, value: &str| {
        object.insert(key.to_owned(), Value::from(value));
    };
    put("time", &time::json(line.moment));
    put("level", line.happening.level);
    put("logger", line.logger);
    put("target", line.happening.target);
    if let Some(id) = line.happening.inf_id {
        put("inf.id", id);
    }
    put("message", line.happening.message);
    if !line.happening.fields.is_empty() {
        let fields: Map<String, Value> = line
            .happening
            .fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json(value)))
            .collect();
        object.insert("fields".to_owned(), Value::Object(fields));
    }
    let mut text = Value::Object(object).to_string();
    text.push('\n');
    text
}

fn json(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => Value::from(text.as_str()),
        FieldValue::Int(value) => Value::from(*value),
        FieldValue::Uint(value) => Value::from(*value),
        FieldValue::Float(value) => Value::from(*value),
        FieldValue::Bool(value) => Value::from(*value),
    }
}
