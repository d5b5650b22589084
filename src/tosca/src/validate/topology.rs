//! What concerns several nodes: inputs, requirements, functions, groups, policies.

use std::sync::Arc;

use super::Report;
use super::datatype::Checker;
use super::function::FunctionCheck;
use crate::error::Problem;
use crate::template::{NodeTemplate, Template};
use crate::types::{Prefix, Registry, Schema};
use crate::yaml::{Node, text};

const INPUT_KEYS: &[&str] = &[
    "type",
    "description",
    "default",
    "constraints",
    "required",
    "status",
    "key_schema",
    "entry_schema",
    "metadata",
    "value",
];

const SIMPLE: &[&str] = &[
    "integer",
    "string",
    "boolean",
    "float",
    "range",
    "number",
    "timestamp",
    "list",
    "map",
    "scalar-unit.size",
    "scalar-unit.frequency",
    "scalar-unit.time",
    "version",
    "PortDef",
    "PortSpec",
];

/// Only known keys.
pub(crate) fn keys(node: &Node, known: &[&str], what: &str, path: &str, report: &mut Report) {
    for (key, value) in node.as_map().into_iter().flatten() {
        if !known.contains(&key.as_str()) {
            report.push(Problem {
                class: "UnknownFieldError",
                message: format!(
                    "{what} contains unknown field \"{}\". Refer to the definition to verify valid values.",
                    key.as_str()
                ),
                path: path.to_owned(),
                line: value.line,
            });
        }
    }
}

/// Inputs: their keys, their types, and whether the default is of the type and meets the constraints. A default need
/// not be among `valid_values`: those are choices that a form offers.
pub(crate) fn inputs(topology: &Node, types: &Registry, report: &mut Report) {
    for (name, input) in topology.get_map("inputs").into_iter().flatten() {
        let path = format!("topology_template.inputs.{}", name.as_str());
        let mut problem = |class, message| {
            report.push(Problem {
                class,
                message,
                path: path.clone(),
                line: input.line,
            });
        };
        if input.as_map().is_none() {
            let name = name.as_str();
            let message = format!("Schema definition of \"{name}\" must be a dict.");
            problem("InvalidSchemaError", message);
            continue;
        }
        let schema = Schema::new(input);
        if schema.kind.is_empty() {
            let name = name.as_str();
            let message =
                format!("Schema definition of \"{name}\" must have a \"type\" attribute.");
            problem("InvalidSchemaError", message);
            continue;
        }
        if !SIMPLE.contains(&&*schema.kind) && types.entity(&schema.kind, Prefix::Data).is_none() {
            problem("ValueError", format!("Invalid type \"{}\".", schema.kind));
            continue;
        }
        keys(
            input,
            INPUT_KEYS,
            &format!("Input \"{}\"", name.as_str()),
            &path,
            report,
        );
        let Some(default) = schema.default.as_ref().filter(|it| it.is_truthy()) else {
            continue;
        };
        let plain = Schema {
            entry: None,
            constraints: Vec::new(),
            ..schema.clone()
        };
        let mut checker = Checker {
            types,
            path: format!("{path}.default"),
            line: default.line,
            report,
            depth: 0,
        };
        let before = checker.report.count();
        let value = checker.datatype(default.clone(), &plain);
        if checker.report.count() == before {
            let rules = schema
                .constraints
                .iter()
                .filter(|rule| rule.get("valid_values").is_none());
            let plain = Schema {
                constraints: rules.cloned().collect(),
                ..plain
            };
            checker.constraints(name.as_str(), &value, &plain);
        }
    }
}

/// The nodes together, then groups, policies, outputs.
pub(crate) fn topology(template: &Template, topology: &Node, report: &mut Report) {
    for node in template.nodes.values() {
        targets(template, topology, node, report);
    }
    let definitions = topology.get_map("node_templates");
    let known = |name: &str| definitions.is_some_and(|map| map.contains_key(name));
    let groups = topology.get_map("groups");
    for (name, group) in groups.into_iter().flatten() {
        let path = format!("topology_template.groups.{}", name.as_str());
        members(group.get("members"), &known, &path, report);
    }
    let policies = topology.get("policies").and_then(Node::as_list);
    for (name, policy) in policies
        .into_iter()
        .flatten()
        .filter_map(Node::as_map)
        .flatten()
    {
        let path = format!("topology_template.policies.{}", name.as_str());
        self::policy(template, name.as_str(), policy, &path, report);
        let is_target =
            |name: &str| known(name) || groups.is_some_and(|groups| groups.contains_key(name));
        members(policy.get("targets"), &is_target, &path, report);
    }
    let mut check = FunctionCheck {
        template,
        topology,
        report,
    };
    check.all();
    for node in template.nodes.values() {
        occurrences(node, report);
    }
}

fn members(list: Option<&Node>, known: &dyn Fn(&str) -> bool, path: &str, report: &mut Report) {
    for member in list.and_then(Node::as_list).into_iter().flatten() {
        let name = text(member);
        if !known(&name) {
            report.push(Problem {
                class: "InvalidGroupTargetException",
                message: format!("\"Target member \"{name}\" is not found in node_templates\""),
                path: path.to_owned(),
                line: member.line,
            });
        }
    }
}

fn policy(template: &Template, name: &str, policy: &Node, path: &str, report: &mut Report) {
    let mut problem = |class, message| {
        report.push(Problem {
            class,
            message,
            path: path.to_owned(),
            line: policy.line,
        });
    };
    let Some(kind) = policy.get_str("type") else {
        let message = format!("Policy definition of \"{name}\" must have a \"type\" attribute.");
        problem("ValidationError", message);
        return;
    };
    let Some(entity) = template.types.entity(kind, Prefix::Policy) else {
        problem(
            "InvalidTypeError",
            format!("Type \"{kind}\" is not a valid type."),
        );
        return;
    };
    for field in policy.get_map("properties").into_iter().flatten() {
        if !entity.properties.contains_key(field.0.as_str()) {
            let message = format!(
                "\"properties\" of template \"{name}\" contains unknown field \"{}\". Refer to the definition to verify valid values.",
                field.0.as_str()
            );
            problem("UnknownFieldError", message);
        }
    }
}

/// Requirements name nodes that exist.
fn targets(template: &Template, topology: &Node, node: &NodeTemplate, report: &mut Report) {
    let all = topology.get_map("node_templates");
    for requirement in &node.requirements {
        let Some(target) = &requirement.target else {
            continue;
        };
        let exists = all.is_some_and(|all| all.contains_key(&**target));
        let is_type = !exists && template.types.entity(target, Prefix::Node).is_some();
        if exists {
            continue;
        }
        let message = if is_type {
            format!(
                "Lookup by TOSCA types is not supported. Requirement node \"{target}\" for \"{}\" can not be full-filled.",
                node.name
            )
        } else {
            format!(
                "'Node template \"{target}\" was not found in \"{}\".'",
                node.name
            )
        };
        report.push(Problem {
            class: if is_type {
                "NotImplementedError"
            } else {
                "KeyError"
            },
            message,
            path: format!(
                "topology_template.node_templates.{}.requirements.{}",
                node.name, requirement.name
            ),
            line: requirement.line,
        });
    }
}

/// Each requirement of the type is met as often as the type says.
fn occurrences(node: &NodeTemplate, report: &mut Report) {
    for (name, declared) in node.entity.requirements() {
        let bound = |index: usize, otherwise: u64| {
            let list = declared.get("occurrences").and_then(Node::as_list)?;
            let number = list
                .get(index)?
                .as_number()
                .and_then(im_radl::Number::to_u64);
            Some(number.unwrap_or(otherwise))
        };
        let least = bound(0, 1).unwrap_or(1);
        let most = bound(1, u64::MAX).unwrap_or(u64::MAX);
        let named = |other: &Arc<str>| **other == *name;
        let count = node
            .requirements
            .iter()
            .filter(|requirement| named(&requirement.name))
            .count() as u64;
        if count < least || count > most {
            report.push(Problem {
                class: "ValidationError",
                message: format!(
                    "Relationship \"{name}\" in template \"{}\" has a wrong number of occurrences",
                    node.name
                ),
                path: format!(
                    "topology_template.node_templates.{}.requirements",
                    node.name
                ),
                line: node.definition.line,
            });
        }
    }
}
