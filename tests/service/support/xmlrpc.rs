//! XML-RPC calls, written by hand.

use super::{Answer, request};

/// A parameter that is a text.
pub(crate) fn string(text: &str) -> String {
    format!("<value><string>{}</string></value>", escape(text))
}

/// A parameter that is a list of credentials, each a list of names and values.
pub(crate) fn credentials(lines: &[&[(&str, &str)]]) -> String {
    let structs: String = lines
        .iter()
        .map(|line| {
            let members: String = line
                .iter()
                .map(|(name, value)| {
                    format!("<member><name>{name}</name>{}</member>", string(value))
                })
                .collect();
            format!("<value><struct>{members}</struct></value>")
        })
        .collect();
    format!("<value><array><data>{structs}</data></array></value>")
}

/// The body of a call.
pub(crate) fn call_body(method: &str, values: &[String]) -> String {
    let parameters: String = values
        .iter()
        .map(|value| format!("<param>{value}</param>"))
        .collect();
    format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>{parameters}</params></methodCall>"
    )
}

/// Calls a method.
pub(crate) fn call(address: &str, method: &str, values: &[String]) -> Answer {
    request(
        address,
        "POST",
        "/RPC2",
        &[("Content-Type", "text/xml")],
        &call_body(method, values),
    )
    .expect("an answer")
}

/// Whether the answer is a fault, or a list that begins with False.
pub(crate) fn is_refusal(body: &str) -> bool {
    body.contains("<fault>") || body.contains("<boolean>0</boolean>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
