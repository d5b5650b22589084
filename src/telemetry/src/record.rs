//! The fields of an event or a span, as texts that are safe in a line.

use std::fmt::{self, Write};

use im_util::is_secret_name;
use tracing::field::{Field, Visit};

use crate::escape::Escaped;

/// The field that names the infrastructure an event is about.
const INF_ID: &str = "inf.id";

/// The field that makes an error a critical one.
const CRITICAL: &str = "critical";

/// The field that `tracing` keeps the message in.
const MESSAGE: &str = "message";

/// What fields begin with that say how a span is to be sent.
const FOR_TRACES: &str = "otel.";

/// What is shown of a secret.
const HIDDEN: &str = "***";

/// The fields of an event or a span.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// The field `inf.id`.
    pub(crate) inf_id: Option<String>,
    /// The message.
    pub(crate) message: String,
    /// The field `critical`.
    pub(crate) critical: bool,
    /// All other fields in order of arrival.
    pub(crate) fields: Vec<(&'static str, FieldValue)>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FieldValue {
    Text(String),
    Int(i64),
    Uint(u64),
    Float(f64),
    Bool(bool),
}

// === impl Record ===

impl Record {
    /// One that has room for so many fields.
    pub(crate) fn with_room(fields: usize) -> Self {
        Self {
            fields: Vec::with_capacity(fields),
            ..Self::default()
        }
    }

    fn put(&mut self, field: &Field, value: FieldValue) {
        let name = field.name();
        if name.starts_with(FOR_TRACES) {
            return;
        }
        let value = if is_secret_name(name) {
            FieldValue::Text(HIDDEN.to_owned())
        } else {
            value
        };
        match self.fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.fields.push((name, value)),
        }
    }

    fn put_text(&mut self, field: &Field, text: String) {
        match field.name() {
            MESSAGE => self.message = text,
            INF_ID => self.inf_id = Some(text),
            _ => self.put(field, FieldValue::Text(text)),
        }
    }
}

impl Visit for Record {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut escaped = Escaped::default();
        // A value whose own formatting fails is shown as far as it got.
        let _ = write!(escaped, "{value:?}");
        self.put_text(field, escaped.finish());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let mut escaped = Escaped::default();
        escaped.push_str(value);
        self.put_text(field, escaped.finish());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, FieldValue::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, FieldValue::Uint(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, FieldValue::Float(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if field.name() == CRITICAL {
            self.critical = value;
        } else {
            self.put(field, FieldValue::Bool(value));
        }
    }
}

// === impl FieldValue ===

impl fmt::Display for FieldValue {
    /// As in a line of text: a text that could be taken for more than one value is quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if text.is_empty() || text.contains([' ', '=', '"']) => {
                write!(f, "\"{}\"", text.replace('"', "\\\""))
            }
            Self::Text(text) => f.write_str(text),
            Self::Int(value) => value.fmt(f),
            Self::Uint(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Bool(value) => value.fmt(f),
        }
    }
}
