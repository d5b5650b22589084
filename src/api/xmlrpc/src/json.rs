//! Values of XML-RPC from and to JSON, in which the rooms below speak.

use dxr::Value;
use serde_json::{Number, Value as Json};

/// The value of an answer. Whole numbers beyond 32 bits become `i8`, which clients read although the first definition
/// of XML-RPC has no such numbers; those beyond 64 bits become doubles.
pub(crate) fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Boolean(flag),
        Json::Number(number) => from_number(&number),
        Json::String(text) => Value::String(text),
        Json::Array(items) => Value::Array(items.into_iter().map(from_json).collect()),
        Json::Object(members) => Value::Struct(
            members
                .into_iter()
                .map(|(name, value)| (name, from_json(value)))
                .collect(),
        ),
    }
}

fn from_number(number: &Number) -> Value {
    match number.as_i64() {
        Some(whole) => i32::try_from(whole).map_or(Value::Long(whole), Value::Integer),
        None => Value::Double(number.as_f64().unwrap_or_default()),
    }
}

/// The JSON of a parameter. Bytes that are no text become null.
pub(crate) fn to_json(value: Value) -> Json {
    match value {
        Value::Integer(number) => Json::from(number),
        Value::Long(number) => Json::from(number),
        Value::Boolean(flag) => Json::from(flag),
        Value::String(text) => Json::from(text),
        Value::Double(number) => Json::from(number),
        Value::DateTime(moment) => Json::from(moment.to_string()),
        Value::Base64(bytes) => String::from_utf8(bytes).map_or(Json::Null, Json::from),
        Value::Array(items) => items.into_iter().map(to_json).collect(),
        Value::Struct(members) => Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (name, to_json(value)))
                .collect(),
        ),
        _ => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_keep_their_value() {
        assert_eq!(from_json(json!(256_000_000)), Value::Integer(256_000_000));
        assert_eq!(
            from_json(json!(4_000_000_000_u64)),
            Value::Long(4_000_000_000)
        );
        assert_eq!(from_json(json!(u64::MAX)), Value::Double(u64::MAX as f64));
        assert_eq!(from_json(json!(1.5)), Value::Double(1.5));
    }

    #[test]
    fn structures_come_back() {
        let json = json!({"a": [1, "x", null, true], "b": {}});
        assert_eq!(to_json(from_json(json.clone())), json);
    }
}
