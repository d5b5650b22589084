//! A call in the hands of its method.

use dxr::Value;
use im_auth::Credentials;
use im_domain::InfId;
use im_manager::{Document, Manager};
use tracing::Span;

use crate::answer::Refusal;
use crate::json::to_json;

/// A call whose number of parameters is right. Parameters are taken out by their position; an optional one that is
/// absent is the same as a nil.
pub(crate) struct Call {
    /// Who does the work.
    pub(crate) manager: Manager,
    /// `VMINFO_JSON`.
    pub(crate) vminfo_json: bool,
    method: &'static str,
    names: Vec<&'static str>,
    params: Vec<Value>,
}

// === impl Call ===

impl Call {
    pub(crate) fn new(
        manager: Manager,
        vminfo_json: bool,
        method: &'static str,
        names: Vec<&'static str>,
        params: Vec<Value>,
    ) -> Self {
        Self {
            manager,
            vminfo_json,
            method,
            names,
            params,
        }
    }

    /// A parameter, as it came.
    pub(crate) fn take(&mut self, position: usize) -> Value {
        self.params
            .get_mut(position)
            .map_or(Value::Nil, |value| std::mem::replace(value, Value::Nil))
    }

    /// From here on, what is logged about the call names this infrastructure.
    pub(crate) fn is_about(id: &InfId) {
        Span::current().record("inf.id", tracing::field::display(id));
    }

    /// The id of the infrastructure that the call is about.
    pub(crate) fn inf(&mut self, position: usize) -> Result<InfId, Refusal> {
        let Value::String(text) = self.take(position) else {
            return Err(Refusal::no_such_infrastructure());
        };
        let id: InfId = text
            .parse()
            .map_err(|_| Refusal::no_such_infrastructure())?;
        Self::is_about(&id);
        Ok(id)
    }

    /// The number of a machine, as a text or as a number. What is neither is no machine.
    pub(crate) fn vm(&mut self, position: usize) -> String {
        whole_number_or_text(self.take(position)).unwrap_or_default()
    }

    /// Credentials.
    pub(crate) fn credentials(&mut self, position: usize) -> Result<Credentials, Refusal> {
        Credentials::from_value(to_json(self.take(position)))
            .map_err(|error| Refusal::Message(error.to_string()))
    }

    /// A document, which is RADL text and nothing else.
    pub(crate) fn document(&mut self, position: usize) -> Result<Document, Refusal> {
        self.text(position).map(Document::RadlText)
    }

    /// A text.
    pub(crate) fn text(&mut self, position: usize) -> Result<String, Refusal> {
        self.optional_text(position)?
            .ok_or_else(|| self.wrong_type(position, "a text"))
    }

    /// A text or nothing.
    pub(crate) fn optional_text(&mut self, position: usize) -> Result<Option<String>, Refusal> {
        match self.take(position) {
            Value::String(text) => Ok(Some(text)),
            Value::Nil => Ok(None),
            _ => Err(self.wrong_type(position, "a text")),
        }
    }

    /// A text or a whole number.
    pub(crate) fn text_or_number(&mut self, position: usize) -> Result<String, Refusal> {
        whole_number_or_text(self.take(position))
            .ok_or_else(|| self.wrong_type(position, "a text or a whole number"))
    }

    /// A boolean; numbers and words are taken for one too.
    pub(crate) fn flag(&mut self, position: usize, default: bool) -> Result<bool, Refusal> {
        let flag = match self.take(position) {
            Value::Nil => Some(default),
            Value::Boolean(flag) => Some(flag),
            Value::Integer(number) => Some(number != 0),
            Value::Long(number) => Some(number != 0),
            Value::String(word) => flag_of_word(&word),
            _ => None,
        };
        flag.ok_or_else(|| self.wrong_type(position, "a boolean"))
    }

    /// What is said about a parameter of the wrong type.
    pub(crate) fn wrong_type(&self, position: usize, expected: &str) -> Refusal {
        let name = self.names.get(position).copied().unwrap_or("?");
        Refusal::Message(format!(
            "Incorrect type of the parameter {name} of {}: {expected} was expected.",
            self.method
        ))
    }
}

/// A whole number as text, or the text.
pub(crate) fn whole_number_or_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Long(number) => Some(number.to_string()),
        _ => None,
    }
}

fn flag_of_word(word: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    if is(["true", "yes", "1"]) {
        Some(true)
    } else if word.is_empty() || is(["false", "no", "0"]) {
        Some(false)
    } else {
        None
    }
}
