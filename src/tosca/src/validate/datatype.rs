//! Whether a value is of a type. Values come back in the form the type gives them.

use std::sync::Arc;

use im_radl::{Number, is_secret_name};

use super::constraint::constraint;
use super::{Report, quantity};
use crate::error::Problem;
use crate::functions::is_function;
use crate::types::{Prefix, Registry, Schema};
use crate::yaml::{Key, Node, Value, text};

/// How deep data types may hold each other.
const DEEPEST: usize = 40;

/// Where a value stands.
pub(crate) struct Checker<'a> {
    pub(crate) types: &'a Registry,
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) report: &'a mut Report,
    pub(crate) depth: usize,
}

// === impl Checker ===

impl Checker<'_> {
    /// A property: its type, then its constraints. A value that a function gives is left alone.
    pub(crate) fn property(&mut self, name: &str, value: Node, schema: &Schema) -> Node {
        if is_function(&value) || &*schema.kind == "string" && is_comparison(&value) {
            return value;
        }
        let value = if &*schema.kind == "string" && value.as_str().is_none() {
            Node::text(text(&value)).at(value.line)
        } else {
            value
        };
        let before = self.report.count();
        let value = self.datatype(value, schema);
        if self.report.count() == before {
            self.constraints(name, &value, schema);
        }
        value
    }

    pub(crate) fn constraints(&mut self, name: &str, value: &Node, schema: &Schema) {
        for rule in &schema.constraints {
            if let Err(message) = constraint(name, &schema.kind, value, rule, &self.shown(value)) {
                self.problem("ValidationError", message);
            }
        }
    }

    /// A value as it may be shown: not at all if its name says that it is a secret.
    fn shown(&self, value: &Node) -> String {
        if self.path.split('.').any(is_secret_name) {
            "***".to_owned()
        } else {
            text(value)
        }
    }

    /// A value of a type.
    pub(crate) fn datatype(&mut self, value: Node, schema: &Schema) -> Node {
        if is_function(&value) {
            return value;
        }
        let line = value.line;
        let fault = |checker: &mut Self, value: &Node, what: &str| {
            let shown = checker.shown(value);
            checker.problem("ValueError", format!("\"{shown}\" {what}"));
        };
        match &*schema.kind {
            "string" if value.as_str().is_none() => fault(self, &value, "is not a string."),
            "integer" => match integer(&value) {
                Some(number) => return Node::from(number).at(line),
                None => fault(self, &value, "is not an integer."),
            },
            "float" if !matches!(value.as_number(), Some(Number::Float(_))) => {
                fault(self, &value, "is not a float.");
            }
            "number" if value.as_number().is_none() && value.as_bool().is_none() => {
                fault(self, &value, "is not a numeric.");
            }
            "boolean" => match boolean(&value) {
                Some(truth) => return Node::from(Value::Bool(truth)).at(line),
                None => fault(self, &value, "is not a boolean."),
            },
            "range" => {
                if !is_range(&value) {
                    fault(self, &value, "is not a valid range.");
                }
            }
            "list" => return self.entries(value, schema),
            "map" => return self.entries(value, schema),
            kind if kind.starts_with("scalar-unit.") => match quantity(kind, &text(&value)) {
                Some(found) => {
                    return Node::text(format!("{} {}", found.digits, found.unit)).at(line);
                }
                None => fault(self, &value, "is not a valid scalar-unit."),
            },
            "version" => return self.version(value),
            "string" | "float" | "number" | "timestamp" => {}
            _ => return self.complex(value, schema),
        }
        value
    }

    fn version(&mut self, value: Node) -> Node {
        let line = value.line;
        let written = match &value.value {
            Value::Number(Number::Float(number)) if number.fract() == 0.0 => format!("{number:.1}"),
            _ => text(&value),
        };
        let mut parts = written.split('.');
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let is_version = parts.next().is_some_and(digits)
            && parts.next().is_none_or(digits)
            && parts
                .next()
                .is_none_or(|part| digits(part.split_once('-').map_or(part, |(number, _)| number)));
        if !is_version && !value.is_null() {
            let message = format!("Value of TOSCA version property \"{written}\" is invalid.");
            self.problem("InvalidTOSCAVersionPropertyException", message);
        }
        Node::text(written).at(line)
    }

    fn entries(&mut self, value: Node, schema: &Schema) -> Node {
        let line = value.line;
        let written = self.shown(&value);
        let each = |checker: &mut Self, entry: Node| match &schema.entry {
            Some(of) if checker.depth < DEEPEST => {
                checker.depth += 1;
                let entry = checker.datatype(entry, of);
                checker.constraints("None", &entry, of);
                checker.depth -= 1;
                entry
            }
            _ => entry,
        };
        let value = match (value.value, &*schema.kind) {
            (Value::List(items), "list") => {
                Value::List(items.into_iter().map(|item| each(self, item)).collect())
            }
            (Value::Map(map), "map") => Value::Map(
                map.into_iter()
                    .map(|(key, item)| (key, each(self, item)))
                    .collect(),
            ),
            (other, kind) => {
                self.problem("ValueError", format!("\"{written}\" is not a {kind}."));
                other
            }
        };
        Node { value, line }
    }

    /// A value of a data type: a narrowed simple type, or a mapping with the type's properties.
    fn complex(&mut self, value: Node, schema: &Schema) -> Node {
        let Some(entity) = self.types.entity(&schema.kind, Prefix::Data) else {
            if !schema.kind.is_empty() {
                let message = format!("Type \"{}\" is not a valid type.", schema.kind);
                self.problem("InvalidTypeError", message);
            }
            return value;
        };
        if self.depth >= DEEPEST {
            let message = format!("Data types are nested more than {DEEPEST} deep.");
            self.problem("ValidationError", message);
            return value;
        }
        self.depth += 1;
        let simple = entity
            .definitions()
            .find(|definition| definition.get_str("type").is_some());
        let value = if let Some(simple) = simple {
            let simple = Schema::new(simple);
            let value = self.datatype(value, &simple);
            self.constraints("None", &value, &simple);
            value
        } else {
            self.fields(value, entity.name(), &entity.properties)
        };
        self.depth -= 1;
        value
    }

    fn fields(
        &mut self,
        value: Node,
        kind: &str,
        schemas: &indexmap::IndexMap<Arc<str>, Schema>,
    ) -> Node {
        let line = value.line;
        let written = self.shown(&value);
        let Value::Map(mut map) = value.value else {
            let message = format!("{written} must be of type \"{kind}\".");
            self.problem("TypeMismatchError", message);
            return value;
        };
        for key in map.keys() {
            if !schemas.contains_key(key.as_str()) {
                let message = format!(
                    "Data value of type \"{kind}\" contains unknown field \"{}\". Refer to the definition to verify valid values.",
                    key.as_str()
                );
                self.problem("UnknownFieldError", message);
            }
        }
        for (name, schema) in schemas {
            let default = schema
                .default
                .as_ref()
                .filter(|default| default.is_truthy());
            if let Some(default) = default
                && !map.contains_key(&**name)
                && self.report.fill(default.size())
            {
                map.insert(Key::text(name.clone()), default.clone());
            }
        }
        let missing: Vec<_> = schemas
            .iter()
            .filter(|(name, schema)| schema.required && !map.contains_key(&***name))
            .map(|(name, _)| format!("'{name}'"))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "Data value of type \"{kind}\" is missing required field \"[{}]\".",
                missing.join(", ")
            );
            self.problem("MissingRequiredFieldError", message);
        }
        for (key, field) in &mut map {
            if let Some(schema) = schemas.get(key.as_str()) {
                let checked = self.datatype(std::mem::replace(field, Node::NULL), schema);
                match checked.as_list() {
                    Some(items) => items
                        .iter()
                        .for_each(|item| self.constraints(key.as_str(), item, schema)),
                    None => self.constraints(key.as_str(), &checked, schema),
                }
                *field = checked;
            }
        }
        Node::from(Value::Map(map)).at(line)
    }

    pub(crate) fn problem(&mut self, class: &'static str, message: String) {
        self.report.push(Problem {
            class,
            message,
            path: self.path.clone(),
            line: self.line,
        });
    }
}

/// `{ equal: VALUE }` and the like in the place of a value.
fn is_comparison(value: &Node) -> bool {
    let entry = value.as_map().filter(|map| map.len() == 1);
    entry.and_then(|map| map.first()).is_some_and(|(key, _)| {
        matches!(
            key.as_str(),
            "equal" | "greater_than" | "greater_or_equal" | "less_than" | "less_or_equal"
        )
    })
}

fn integer(value: &Node) -> Option<Number> {
    match &value.value {
        Value::Number(Number::Float(number)) => Number::from(*number).to_i64().map(Number::Int),
        Value::Number(number) => Some(number.clone()),
        Value::Bool(truth) => Some(Number::Bool(*truth)),
        Value::Text(text) => {
            let text = text.trim();
            Number::parse_int(text.strip_prefix('+').unwrap_or(text))
        }
        _ => None,
    }
}

fn boolean(value: &Node) -> Option<bool> {
    match &value.value {
        Value::Bool(truth) => Some(*truth),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn is_range(value: &Node) -> bool {
    let Some([low, high]) = value.as_list() else {
        return false;
    };
    let unbounded = |end: &Node| end.as_str() == Some("UNBOUNDED");
    match (low.as_number(), high.as_number()) {
        (Some(low), Some(high)) => low.compare(high).is_le(),
        (Some(_), None) => unbounded(high),
        (None, Some(_)) => unbounded(low),
        (None, None) => unbounded(low) && unbounded(high),
    }
}
