//! Writes answers.

use dxr::{Error, Fault, FaultResponse, MethodResponse, Value};

use super::is_xml_char;

const DECLARATION: &str = "<?xml version='1.0'?>\n";

/// The document of an answer. Characters that XML cannot carry are replaced, since a document with them could be read
/// by nobody.
///
/// # Errors
/// If there is a value that XML-RPC has no form for.
pub(crate) fn write_answer(value: Value) -> Result<String, Error> {
    let response = MethodResponse {
        value: readable(value),
    };
    Ok(format!("{DECLARATION}{}\n", response.to_xml()?))
}

/// The document of a fault.
///
/// # Errors
/// As [`write_answer`].
pub(crate) fn write_fault(code: i32, text: String) -> Result<String, Error> {
    let response = FaultResponse {
        fault: Fault::new(code, readable_text(text)),
    };
    Ok(format!("{DECLARATION}{}\n", response.to_xml()?))
}

fn readable(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(readable_text(text)),
        Value::Array(items) => Value::Array(items.into_iter().map(readable).collect()),
        Value::Struct(members) => Value::Struct(
            members
                .into_iter()
                .map(|(name, value)| (readable_text(name), readable(value)))
                .collect(),
        ),
        other => other,
    }
}

fn readable_text(text: String) -> String {
    if text.chars().all(is_xml_char) {
        return text;
    }
    text.chars()
        .map(|c| {
            if is_xml_char(c) {
                c
            } else {
                char::REPLACEMENT_CHARACTER
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_carry_is_replaced() {
        let document = write_answer(Value::String("a\u{1b}[0m\r\n\u{ffff}".to_owned())).unwrap();
        assert!(
            document.contains("a\u{fffd}[0m&#13;\n\u{fffd}"),
            "{document}"
        );
    }

    #[test]
    fn whole_numbers_beyond_32_bits_have_a_form() {
        let document = write_answer(Value::Long(4_000_000_000)).unwrap();
        assert!(document.contains("<i8>4000000000</i8>"), "{document}");
    }
}
