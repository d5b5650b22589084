//! A line that is a JSON object.

use serde_json::{Map, Value};

use crate::form::{Happening, Line};
use crate::pattern::{self, Pattern};
use crate::record::FieldValue;
use crate::time;

/// `{"time", "level", "logger", "target", "inf.id", "trace_id", "span_id", "message", "fields"}`, ids and fields where there are
/// any.
pub(crate) fn write(line: &Line<'_>, text: &mut String) {
    let happening = line.happening;
    let mut object = Map::new();
    let mut put = |key: &str, value: &str| {
        object.insert(key.to_owned(), Value::from(value));
    };
    put("time", &time::json(happening.moment));
    put("level", happening.level.as_str());
    put("logger", line.logger);
    put("target", happening.target);
    if let Some(id) = happening.inf_id {
        put("inf.id", id);
    }
    if let Some(ids) = happening.ids {
        put("trace_id", &ids.trace);
        put("span_id", &ids.span);
    }
    put("message", happening.message);
    if !happening.fields.is_empty() {
        object.insert("fields".to_owned(), Value::Object(fields(happening)));
    }
    text.push_str(&Value::Object(object).to_string());
}

/// The fields of the pattern, and beside them those of the event, as python-json-logger writes them.
pub(crate) fn write_fields(pattern: &Pattern, line: &Line<'_>, text: &mut String) {
    let mut object = Map::new();
    for (field, value) in pattern.values(line) {
        let value = match value {
            // The fields stand beside the message here.
            _ if field == pattern::Field::Message => Value::from(line.happening.message),
            pattern::Value::Text(value) => Value::from(value),
            pattern::Value::Int(value) => Value::from(value),
            pattern::Value::Float(value) => Value::from(value),
        };
        object.insert(field.name().to_owned(), value);
    }
    if let Some(id) = line.happening.inf_id {
        object.entry("inf_id").or_insert_with(|| Value::from(id));
    }
    if let Some(ids) = line.happening.ids {
        for (name, id) in [("trace_id", &ids.trace), ("span_id", &ids.span)] {
            object
                .entry(name)
                .or_insert_with(|| Value::from(id.as_str()));
        }
    }
    for (name, value) in fields(line.happening) {
        object.entry(name).or_insert(value);
    }
    text.push_str(&Value::Object(object).to_string());
}

fn fields(happening: &Happening<'_>) -> Map<String, Value> {
    happening
        .fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json(value)))
        .collect()
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
