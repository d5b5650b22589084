//! Credentials as a JSON value: in a header, from XML-RPC, or stored.

use serde_json::Value;

use crate::credentials::{Credentials, MAX_LINES};
use crate::error::CredentialsError;
use crate::line::AuthLine;

/// Reads a list of objects. Its size was bounded by whoever parsed it.
pub(crate) fn read(value: Value) -> Result<Credentials, CredentialsError> {
    let items = match value {
        Value::Array(items) => items,
        Value::String(_) => return Ok(Credentials::default()),
        Value::Object(_) => return Ok(Credentials::malformed("found a single object.")),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            return Err(CredentialsError::Unreadable("expected a list of objects."));
        }
    };
    if items.len() > MAX_LINES {
        return Err(CredentialsError::TooLarge);
    }
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Object(object) => lines.push(AuthLine::from_object(object)?),
            _ => return Ok(Credentials::malformed("found an item that is no object.")),
        }
    }
    Ok(Credentials::new(lines))
}
