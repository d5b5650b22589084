//! From JSON values to a document.

use std::sync::Arc;

use super::features::{as_feature, features};
use super::value::{Object, Value};
use crate::{
    AnsibleHost, Configure, Contextualize, ContextualizeItem, Deploy, Description, Features, Line,
    Network, Number, ParseError, Radl, System, VmNumber,
};

/// A document from its list of objects. An empty object is an empty document.
pub(super) fn document(value: Value) -> Result<Radl, ParseError> {
    let items = match value {
        Value::List(items) => items,
        Value::Object(object) if object.is_empty() => Vec::new(),
        other => return Err(unexpected("The document", "a list of objects", &other)),
    };
    let mut radl = Radl::default();
    for item in items {
        match item {
            Value::Object(object) => add(&mut radl, object)?,
            other => {
                return Err(unexpected(
                    "An element of the document",
                    "an object",
                    &other,
                ));
            }
        }
    }
    Ok(radl)
}

/// An error that names a place, what was expected there, and what kind of value was found.
pub(super) fn unexpected(place: &str, expected: &str, found: &Value) -> ParseError {
    ParseError::plain(format!("{place} is {}; expected {expected}.", found.kind()))
}

/// The class and the id or name of an object, for messages.
pub(super) fn missing(class: &str, key: &str) -> ParseError {
    ParseError::plain(format!("An object of class '{class}' has no '{key}'."))
}

fn add(radl: &mut Radl, mut object: Object) -> Result<(), ParseError> {
    let class = match object.shift_remove("class") {
        Some(Value::Text(class)) => class,
        Some(other) => return Err(unexpected("The 'class' of an object", "a text", &other)),
        None => {
            return Err(ParseError::plain(
                "An object of the document has no 'class'.",
            ));
        }
    };
    let repeated = match &*class {
        "ansible" => {
            let host = ansible_host(object)?;
            radl.ansible_hosts
                .insert(host.id.clone(), host.into())
                .is_some()
        }
        "network" => {
            let (id, features, reference) = aspect("network", object, 1)?;
            radl.networks
                .insert(
                    id.clone(),
                    Network {
                        id,
                        features,
                        reference,
                        line: Line::NONE,
                    }
                    .into(),
                )
                .is_some()
        }
        "system" => {
            let (id, features, reference) = aspect("system", object, 1)?;
            radl.systems
                .insert(
                    id.clone(),
                    System {
                        id,
                        features,
                        reference,
                        line: Line::NONE,
                    }
                    .into(),
                )
                .is_some()
        }
        "configure" => {
            let configure = configure(object)?;
            radl.configures
                .insert(configure.id.clone(), configure.into())
                .is_some()
        }
        "description" => {
            let (id, features, reference) = aspect("description", object, 1)?;
            let description = Description {
                id,
                features,
                reference,
                line: Line::NONE,
            };
            if radl.description.replace(description.into()).is_some() {
                return Err(ParseError::plain("Description can only be defined once."));
            }
            false
        }
        "contextualize" => {
            let block = contextualize(object)?;
            match &mut radl.contextualize {
                Some(present) => Arc::make_mut(present).merge(block),
                None => radl.contextualize = Some(block.into()),
            }
            false
        }
        "deploy" => {
            radl.deploys.push(deploy(object)?);
            false
        }
        other => {
            return Err(ParseError::plain(format!(
                "The class '{other}' is unknown; expected ansible, configure, contextualize, deploy, description, \
                 network or system."
            )));
        }
    };
    if repeated {
        Err(ParseError::plain("Aspect with the same id was found."))
    } else {
        Ok(())
    }
}

/// The id, the features, and whether the object is only a reference.
pub(super) fn aspect(
    class: &str,
    mut object: Object,
    depth: usize,
) -> Result<(Arc<str>, Features, bool), ParseError> {
    let id = take_id(class, "id", &mut object)?;
    let reference = matches!(
        object.get("reference"),
        Some(Value::Number(Number::Bool(true)))
    );
    if reference {
        object.shift_remove("reference");
    }
    Ok((id, features(object, depth)?, reference))
}

/// A text that is not empty. A number counts as its text.
fn take_id(class: &str, key: &str, object: &mut Object) -> Result<Arc<str>, ParseError> {
    match object.shift_remove(key) {
        Some(Value::Text(id)) if !id.is_empty() => Ok(id),
        Some(Value::Text(_)) => Err(ParseError::plain(format!(
            "The '{key}' of an object of class '{class}' is empty."
        ))),
        Some(Value::Number(id @ (Number::Int(_) | Number::Big(_)))) => Ok(id.to_string().into()),
        Some(other) => Err(unexpected(
            &format!("The '{key}' of an object of class '{class}'"),
            "a text",
            &other,
        )),
        None => Err(missing(class, key)),
    }
}

fn ansible_host(mut object: Object) -> Result<AnsibleHost, ParseError> {
    if object.contains_key("reference") {
        return Err(ParseError::plain(
            "An object of class 'ansible' cannot be a reference.",
        ));
    }
    let id = take_id("ansible", "id", &mut object)?;
    Ok(AnsibleHost {
        id,
        features: features(object, 1)?,
        line: Line::NONE,
    })
}

fn configure(mut object: Object) -> Result<Configure, ParseError> {
    let id = take_id("configure", "id", &mut object)?;
    if let Some(Value::Number(Number::Bool(true))) = object.get("reference") {
        return Ok(Configure {
            id,
            reference: true,
            ..Configure::default()
        });
    }
    let recipe = match object.shift_remove("recipes") {
        Some(Value::Null) => None,
        Some(Value::Text(recipe)) => {
            crate::check::yaml(&recipe)
                .map_err(|error| ParseError::plain(format!("Error parsing YAML: {error}")))?;
            Some(recipe)
        }
        Some(other) => return Err(unexpected("The 'recipes' of a configure", "a text", &other)),
        None => return Err(missing("configure", "recipes")),
    };
    Ok(Configure {
        id,
        recipe,
        ..Configure::default()
    })
}

fn deploy(mut object: Object) -> Result<Deploy, ParseError> {
    let system = take_id("deploy", "system", &mut object)?;
    let vm_number = match object.shift_remove("vm_number") {
        Some(Value::Number(number)) => VmNumber::Number(number),
        Some(Value::Text(text)) => VmNumber::Text(text),
        Some(other) => {
            return Err(unexpected(
                "The 'vm_number' of a deploy",
                "a number",
                &other,
            ));
        }
        None => return Err(missing("deploy", "vm_number")),
    };
    let cloud_id = optional_text("The 'cloud' of a deploy", object.shift_remove("cloud"))?;
    Ok(Deploy {
        system,
        vm_number,
        cloud_id,
        line: Line::NONE,
    })
}

fn contextualize(mut object: Object) -> Result<Contextualize, ParseError> {
    let mut block = Contextualize {
        max_time: optional_number(
            "The 'max_time' of a contextualize",
            object.shift_remove("max_time"),
        )?,
        ..Contextualize::default()
    };
    match object.shift_remove("items") {
        None | Some(Value::Null) => {}
        Some(Value::List(items)) => items.into_iter().try_for_each(|value| {
            block.add_item(item(value)?);
            Ok::<(), ParseError>(())
        })?,
        Some(other) => {
            return Err(unexpected(
                "The 'items' of a contextualize",
                "a list",
                &other,
            ));
        }
    }
    match object.shift_remove("options") {
        None | Some(Value::Null) => {}
        Some(Value::Object(options)) => {
            for (key, value) in options {
                let (name, feature) = as_feature(key, value)?;
                block.options.insert(name, feature);
            }
        }
        Some(other) => {
            return Err(unexpected(
                "The 'options' of a contextualize",
                "an object",
                &other,
            ));
        }
    }
    Ok(block)
}

fn item(value: Value) -> Result<ContextualizeItem, ParseError> {
    let Value::Object(mut object) = value else {
        return Err(unexpected(
            "An item of a contextualize",
            "an object",
            &value,
        ));
    };
    Ok(ContextualizeItem {
        system: take_id("contextualize", "system", &mut object)?,
        configure: take_id("contextualize", "configure", &mut object)?,
        step: optional_number(
            "The 'step' of a contextualize item",
            object.shift_remove("step"),
        )?,
        tool: optional_text(
            "The 'ctxt_tool' of a contextualize item",
            object.shift_remove("ctxt_tool"),
        )?,
        line: Line::NONE,
    })
}

/// A text; `None` if it is absent, null or empty.
fn optional_text(place: &str, value: Option<Value>) -> Result<Option<Arc<str>>, ParseError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(other) => Err(unexpected(place, "a text", &other)),
    }
}

/// A number; `None` if it is absent, null or zero.
fn optional_number(place: &str, value: Option<Value>) -> Result<Option<Number>, ParseError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number).filter(|number| !number.is_zero())),
        Some(other) => Err(unexpected(place, "a number", &other)),
    }
}
