//! One property of a machine: the value of a feature of its system.

use im_radl::{Feature, Number};
use serde_json::Value;

use crate::VmView;

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum PropertyValue {
    /// A text.
    Text(String),
    /// A number, in bytes if it is a size.
    Number(Number),
    /// Texts.
    List(Vec<String>),
}

// === impl VmView ===

impl VmView {
    /// The value of a feature of the machine's system, by its name, as `net_interface.0.ip`. Of an interval its lower
    /// end, or its upper end if it has no lower one. `None` if the feature is not set or is no single value.
    pub fn property(&self, name: &str) -> Option<PropertyValue> {
        match self.radl().first_system()?.features.get(name)? {
            Feature::Number(interval) => interval
                .quantity()
                .map(|quantity| PropertyValue::Number(quantity.base())),
            Feature::Text(text) => Some(PropertyValue::Text(text.value.to_string())),
            Feature::List(list) => Some(PropertyValue::List(
                list.items.iter().map(ToString::to_string).collect(),
            )),
            Feature::Contains(_) | Feature::Nested(_) => None,
        }
    }
}

// === impl PropertyValue ===

impl PropertyValue {
    /// As text; the texts of a list stand in lines of their own.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::List(items) => items.join("\n"),
        }
    }

    /// As JSON: a text, a number or a list of texts.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Number(number) => number_json(number),
            Self::List(items) => Value::from(items.as_slice()),
        }
    }
}

/// Whole numbers beyond 64 bits become floats, as JSON readers would have them anyway.
fn number_json(number: &Number) -> Value {
    match number {
        Number::Int(value) => Value::from(*value),
        Number::Bool(value) => Value::from(*value),
        Number::Big(_) | Number::Float(_) => Value::from(number.to_f64()),
    }
}
