//! One node template against its type.

use super::Report;
use super::datatype::Checker;
use crate::error::Problem;
use crate::template::NodeTemplate;
use crate::types::{Entity, Registry};
use crate::yaml::{Map, Node, text};

const REQUIREMENT_KEYS: &[&str] = &[
    "node",
    "capability",
    "relationship",
    "occurrences",
    "node_filter",
    "interfaces",
];

/// Checks a node, and gives its property values the form of their types.
pub(crate) fn node(node: &mut NodeTemplate, types: &Registry, path: &str, report: &mut Report) {
    capabilities(node, types, path, report);
    requirements(node, path, report);
    let entity = node.entity.clone();
    fields(
        node,
        &entity,
        node.definition.get_map("properties"),
        path,
        report,
    );
    for (name, value) in &mut node.properties {
        let Some(schema) = entity.properties.get(name) else {
            continue;
        };
        let mut checker = Checker {
            types,
            path: format!("{path}.properties.{name}"),
            line: value.line,
            report,
            depth: 0,
        };
        *value = checker.property(name, std::mem::replace(value, Node::NULL), schema);
    }
}

fn capabilities(node: &mut NodeTemplate, types: &Registry, path: &str, report: &mut Report) {
    let definition = node.definition.clone();
    for (name, given) in definition.get_map("capabilities").into_iter().flatten() {
        let path = format!("{path}.capabilities.{}", name.as_str());
        let Some(capability) = node.capabilities.get(name.as_str()) else {
            report.push(unknown(
                node,
                "capabilities",
                name.as_str(),
                &path,
                given.line,
            ));
            continue;
        };
        let entity = capability.entity.clone();
        fields(node, &entity, given.get_map("properties"), &path, report);
        let Some(capability) = node.capabilities.get_mut(name.as_str()) else {
            continue;
        };
        for (name, value) in &mut capability.properties {
            let Some(schema) = entity.properties.get(name) else {
                continue;
            };
            let mut checker = Checker {
                types,
                path: format!("{path}.properties.{name}"),
                line: value.line,
                report,
                depth: 0,
            };
            *value = checker.property(name, std::mem::replace(value, Node::NULL), schema);
        }
        if name.as_str() == "scalable" {
            instances(node, given, &path, report);
        }
    }
}

/// A default number of machines lies between the least and the greatest, which must then be given.
fn instances(node: &NodeTemplate, given: &Node, path: &str, report: &mut Report) {
    let number = |name: &str| given.get("properties")?.get(name)?.as_number();
    let Some(default) = number("default_instances") else {
        return;
    };
    let (least, greatest) = (number("min_instances"), number("max_instances"));
    let holds = least.is_some_and(|least| least.compare(default).is_le())
        && greatest.is_some_and(|greatest| default.compare(greatest).is_le());
    if !holds {
        report.push(Problem {
            class: "ValidationError",
            message: format!(
                "\"properties\" of template \"{}\": \"default_instances\" value is not between \"min_instances\" and \"max_instances\".",
                node.name
            ),
            path: format!("{path}.properties.default_instances"),
            line: given.line,
        });
    }
}

fn requirements(node: &NodeTemplate, path: &str, report: &mut Report) {
    let Some(given) = node.definition.get_some("requirements") else {
        return;
    };
    let path = format!("{path}.requirements");
    let Some(items) = given.as_list() else {
        report.push(Problem {
            class: "TypeMismatchError",
            message: format!(
                "\"requirements\" of template \"{}\" must be of type \"list\".",
                node.name
            ),
            path,
            line: given.line,
        });
        return;
    };
    let declared = node.entity.requirements();
    for item in items {
        let Some(map) = item.as_map() else {
            let name = text(item);
            report.push(unknown(node, "requirements", &name, &path, item.line));
            continue;
        };
        for (name, value) in map {
            let known = declared.iter().any(|(known, _)| **known == *name.as_str());
            match value.as_map() {
                Some(keys) => {
                    for key in keys
                        .keys()
                        .filter(|key| !REQUIREMENT_KEYS.contains(&key.as_str()))
                    {
                        report.push(unknown(
                            node,
                            "requirements",
                            key.as_str(),
                            &path,
                            value.line,
                        ));
                    }
                }
                None if !known => {
                    report.push(unknown(
                        node,
                        "requirements",
                        name.as_str(),
                        &path,
                        value.line,
                    ));
                }
                None => {}
            }
        }
    }
}

/// Only known properties, and all that are required.
fn fields(
    node: &NodeTemplate,
    entity: &Entity,
    given: Option<&Map>,
    path: &str,
    report: &mut Report,
) {
    for (name, value) in given.into_iter().flatten() {
        if !entity.properties.contains_key(name.as_str()) {
            let path = format!("{path}.properties.{}", name.as_str());
            report.push(unknown(
                node,
                "properties",
                name.as_str(),
                &path,
                value.line,
            ));
        }
    }
    let missing: Vec<_> = entity
        .properties
        .iter()
        .filter(|(_, schema)| schema.required && schema.default.is_none())
        .filter(|(name, _)| given.is_none_or(|given| !given.contains_key(&***name)))
        .map(|(name, _)| format!("'{name}'"))
        .collect();
    if !missing.is_empty() {
        report.push(Problem {
            class: "MissingRequiredFieldError",
            message: format!(
                "\"properties\" of template \"{}\" is missing required field \"[{}]\".",
                node.name,
                missing.join(", ")
            ),
            path: format!("{path}.properties"),
            line: node.definition.line,
        });
    }
}

fn unknown(node: &NodeTemplate, section: &str, field: &str, path: &str, line: u32) -> Problem {
    Problem {
        class: "UnknownFieldError",
        message: format!(
            "\"{section}\" of template \"{}\" contains unknown field \"{field}\". Refer to the definition to verify valid values.",
            node.name
        ),
        path: path.to_owned(),
        line,
    }
}
