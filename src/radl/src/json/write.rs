//! From a document to JSON values.

use std::sync::Arc;

use super::value::{Object, Value};
use super::writer::{Style, to_string};
use crate::features::Part;
use crate::{
    Configure, Contextualize, ContextualizeItem, Deploy, Feature, Features, Interval, Nested,
    Number, Radl, SoftFeatures, VmNumber,
};

/// The JSON form of a document.
pub(crate) fn write(radl: &Radl, style: Style) -> String {
    let mut items = Vec::new();
    for host in radl.ansible_hosts.values() {
        items.push(aspect("ansible", &host.id, &host.features, false));
    }
    for network in radl.networks.values() {
        items.push(aspect(
            "network",
            &network.id,
            &network.features,
            network.reference,
        ));
    }
    for system in radl.systems.values() {
        items.push(aspect(
            "system",
            &system.id,
            &system.features,
            system.reference,
        ));
    }
    items.extend(radl.configures.values().map(|it| configure(it)));
    items.extend(radl.deploys.iter().map(deploy));
    items.extend(radl.contextualize.iter().map(|block| contextualize(block)));
    if let Some(description) = &radl.description {
        items.push(aspect(
            "description",
            &description.id,
            &description.features,
            description.reference,
        ));
    }
    to_string(&Value::List(items), style)
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn head(class: &str, id: &str) -> Object {
    Object::from([("class".into(), text(class)), ("id".into(), text(id))])
}

fn reference(class: &str, id: &str) -> Value {
    let mut object = head(class, id);
    object.insert("reference".into(), Value::Number(Number::Bool(true)));
    Value::Object(object)
}

fn aspect(class: &str, id: &str, features: &Features, is_reference: bool) -> Value {
    if is_reference {
        return reference(class, id);
    }
    let mut object = head(class, id);
    for (key, value) in members(features) {
        object.entry(key).or_insert(value);
    }
    Value::Object(object)
}

fn members(features: &Features) -> Object {
    let mut object = Object::new();
    for part in features.parts() {
        match part {
            Part::Softs(softs) => {
                object.insert(
                    "softs".into(),
                    Value::List(softs.iter().map(soft).collect()),
                );
            }
            Part::Feature(name, feature) => {
                let (key, value) = member(name, feature);
                object.insert(key, value);
            }
        }
    }
    object
}

/// The key and value of a feature.
fn member(name: &str, feature: &Feature) -> (Arc<str>, Value) {
    let value = match feature {
        Feature::Number(interval) => return number(name, interval),
        Feature::Text(text) => Value::Text(text.value.clone()),
        Feature::List(list) => Value::List(list.items.iter().cloned().map(Value::Text).collect()),
        Feature::Contains(contains) => Value::List(contains.values().map(nested).collect()),
        Feature::Nested(inner) => nested(inner),
    };
    (name.into(), value)
}

/// An interval with two different ends is written with its lower end.
fn number(name: &str, interval: &Interval) -> (Arc<str>, Value) {
    let key = match (interval.lower(), interval.upper()) {
        _ if interval.is_exact() => name.into(),
        (Some(_), _) => format!("{name}_min").into(),
        (None, _) => format!("{name}_max").into(),
    };
    (
        key,
        interval
            .quantity()
            .map_or(Value::Null, |quantity| Value::Number(quantity.base())),
    )
}

fn nested(nested: &Nested) -> Value {
    match nested.head.as_deref() {
        Some(head) => reference(head.kind.keyword(), &head.id),
        None => Value::Object(members(&nested.features)),
    }
}

fn soft(soft: &SoftFeatures) -> Value {
    Value::Object(Object::from([
        ("weight".into(), Value::Number(soft.weight.clone())),
        ("items".into(), Value::Object(members(&soft.features))),
    ]))
}

fn configure(configure: &Configure) -> Value {
    if configure.reference {
        return reference("configure", &configure.id);
    }
    let mut object = head("configure", &configure.id);
    object.insert(
        "recipes".into(),
        configure.recipe.clone().map_or(Value::Null, Value::Text),
    );
    Value::Object(object)
}

fn deploy(deploy: &Deploy) -> Value {
    let mut object = Object::from([
        ("class".into(), text("deploy")),
        ("system".into(), text(&deploy.system)),
    ]);
    let vm_number = match &deploy.vm_number {
        VmNumber::Number(number) => Value::Number(number.clone()),
        VmNumber::Text(text) => Value::Text(text.clone()),
    };
    object.insert("vm_number".into(), vm_number);
    if let Some(cloud) = &deploy.cloud_id {
        object.insert("cloud".into(), Value::Text(cloud.clone()));
    }
    Value::Object(object)
}

fn contextualize(block: &Contextualize) -> Value {
    let mut object = Object::from([("class".into(), text("contextualize"))]);
    if let Some(max_time) = &block.max_time {
        object.insert("max_time".into(), Value::Number(max_time.clone()));
    }
    if !block.items.is_empty() {
        object.insert(
            "items".into(),
            Value::List(block.items.values().map(item).collect()),
        );
    }
    if !block.options.is_empty() {
        let options = block
            .options
            .iter()
            .map(|(name, value)| member(name, value))
            .collect();
        object.insert("options".into(), Value::Object(options));
    }
    Value::Object(object)
}

fn item(item: &ContextualizeItem) -> Value {
    let mut object = Object::from([
        ("system".into(), text(&item.system)),
        ("configure".into(), text(&item.configure)),
    ]);
    if let Some(step) = &item.step {
        object.insert("step".into(), Value::Number(step.clone()));
    }
    if let Some(tool) = &item.tool {
        object.insert("ctxt_tool".into(), Value::Text(tool.clone()));
    }
    Value::Object(object)
}
