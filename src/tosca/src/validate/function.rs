//! Whether functions refer to what exists.

use super::Report;
use crate::Template;
use crate::error::Problem;
use crate::functions::call;
use crate::template::NodeTemplate;
use crate::yaml::{Node, Value, text};

pub(super) struct FunctionCheck<'a> {
    pub(super) template: &'a Template,
    pub(super) topology: &'a Node,
    pub(super) report: &'a mut Report,
}

// === impl FunctionCheck ===

impl<'a> FunctionCheck<'a> {
    /// Every function in the nodes and the outputs.
    pub(super) fn all(&mut self) {
        let template = self.template;
        for node in template.nodes.values() {
            let path = format!("topology_template.node_templates.{}", node.name);
            for (name, value) in &node.properties {
                self.value(value, Some(node), &format!("{path}.properties.{name}"));
            }
            let interfaces = node.definition.get("interfaces");
            if let Some(interfaces) = interfaces {
                self.operations(interfaces, node, &format!("{path}.interfaces"));
            }
            if let Some(requirements) = node.definition.get("requirements") {
                self.inputs(requirements, &format!("{path}.requirements"));
            }
            for (name, capability) in &node.capabilities {
                for (property, value) in &capability.properties {
                    let path = format!("{path}.capabilities.{name}.properties.{property}");
                    self.value(value, Some(node), &path);
                }
            }
        }
        let outputs = self.topology.get_map("outputs");
        for (name, output) in outputs.into_iter().flatten() {
            let path = format!("topology_template.outputs.{}", name.as_str());
            match output.get_some("value") {
                Some(value) => self.value(value, None, &format!("{path}.value")),
                None => self.report.push(Problem {
                    class: "MissingRequiredFieldError",
                    message: format!(
                        "Output \"{}\" is missing required field \"value\".",
                        name.as_str()
                    ),
                    path,
                    line: output.line,
                }),
            }
        }
    }

    fn value(&mut self, value: &Node, node: Option<&NodeTemplate>, path: &str) {
        if let Some((name, arguments)) = call(value) {
            let fault = match name {
                "get_attribute" => self.attribute(&arguments, node, path),
                "get_property" => self.property(&arguments, node),
                _ => None,
            };
            if let Some((class, message)) = fault {
                self.report.push(Problem {
                    class,
                    message,
                    path: path.to_owned(),
                    line: value.line,
                });
            }
        }
        self.inputs(value, path);
    }

    /// The inputs of the operations of a node.
    fn operations(&mut self, interfaces: &Node, node: &NodeTemplate, path: &str) {
        for (name, interface) in interfaces.as_map().into_iter().flatten() {
            let interface = interface.get("operations").unwrap_or(interface);
            for (operation, definition) in interface.as_map().into_iter().flatten() {
                let inputs = definition.get_map("inputs");
                for (input, value) in inputs.into_iter().flatten() {
                    let path = format!(
                        "{path}.{}.{}.inputs.{}",
                        name.as_str(),
                        operation.as_str(),
                        input.as_str()
                    );
                    self.value(value, Some(node), &path);
                }
            }
        }
    }

    /// Inputs that are named anywhere in a value. Other functions are checked where they are a whole value; inside of
    /// others, what they refer to may be missing, and then they give nothing.
    fn inputs(&mut self, value: &Node, path: &str) {
        if let Some(("get_input", arguments)) = call(value)
            && let Some((class, message)) = self.input(&arguments)
        {
            self.report.push(Problem {
                class,
                message,
                path: path.to_owned(),
                line: value.line,
            });
        }
        match &value.value {
            Value::List(items) => items.iter().for_each(|item| self.inputs(item, path)),
            Value::Map(map) => map.values().for_each(|item| self.inputs(item, path)),
            _ => {}
        }
    }

    fn input(&self, arguments: &[&Node]) -> Option<(&'static str, String)> {
        let name = text(arguments.first()?);
        let inputs = self.topology.get_map("inputs");
        let is_known = inputs.is_some_and(|inputs| inputs.contains_key(name.as_str()));
        (!is_known).then(|| ("UnknownInputError", format!("Unknown input \"{name}\".")))
    }

    fn attribute(
        &self,
        arguments: &[&Node],
        context: Option<&NodeTemplate>,
        place: &str,
    ) -> Option<(&'static str, String)> {
        let (entity, path) = arguments.split_first()?;
        let Some(first) = path.first().map(|first| text(first)) else {
            let message = "Illegal arguments for function \"get_attribute\". Expected arguments: \"node-template-name\", \"req-or-cap\"(optional), \"property name\"";
            return Some(("ValueError", message.to_owned()));
        };
        let name = entity.as_str().unwrap_or_default();
        if name == "HOST" {
            let Some(context) = context else {
                if !place.starts_with("topology_template.outputs") {
                    return None;
                }
                let message = "\"get_attribute: [ HOST, ... ]\" is not allowed in \"outputs\" section of the TOSCA template.";
                return Some(("ValueError", message.to_owned()));
            };
            let mut hosts = self.template.hosts(context);
            if !hosts.any(|host| has_attribute(host, &first)) {
                let message = format!(
                    "\"get_attribute: [ HOST, ... ]\" was used in node template \"{}\" but \"tosca.relationships.HostedOn\" was not found in the relationship chain.",
                    context.name
                );
                return Some(("ValueError", message));
            }
            return None;
        }
        let node = match self.named(name, context)? {
            Ok(node) => node,
            Err(()) => {
                let message = format!("'Node template \"{name}\" was not found.'");
                return Some(("KeyError", message));
            }
        };
        let is_known = has_attribute(node, &first)
            || node.properties.contains_key(first.as_str())
            || (path.len() > 1
                && (node.capabilities.contains_key(first.as_str())
                    || node.requirements.iter().any(|it| *it.name == *first)));
        (!is_known).then(|| {
            let name = &node.name;
            let message =
                format!("'Attribute \"{first}\" was not found in node template \"{name}\".'");
            ("KeyError", message)
        })
    }

    fn property(
        &self,
        arguments: &[&Node],
        context: Option<&NodeTemplate>,
    ) -> Option<(&'static str, String)> {
        let (entity, path) = arguments.split_first()?;
        let Some(first) = path.first().map(|first| text(first)) else {
            let message = "Expected arguments: \"node-template-name\", \"req-or-cap\" (optional), \"property name\".";
            return Some(("ValueError", message.to_owned()));
        };
        let name = entity.as_str().unwrap_or_default();
        if name == "HOST" {
            return None;
        }
        let node = match self.named(name, context)? {
            Ok(node) => node,
            Err(()) => {
                let context = context
                    .map(|node| node.name.to_string())
                    .unwrap_or_default();
                let message = format!(
                    "'Node template \"{name}\" was not found. referenced from node template {context}'"
                );
                return Some(("KeyError", message));
            }
        };
        let is_known = node.properties.contains_key(first.as_str())
            || (path.len() > 1
                && (node.capabilities.contains_key(first.as_str())
                    || node.requirements.iter().any(|it| *it.name == *first)));
        (!is_known).then(|| {
            let name = &node.name;
            let message =
                format!("'Property \"{first}\" was not found in node template \"{name}\".'");
            ("KeyError", message)
        })
    }

    /// The node of a name; `None` where a relationship is meant.
    fn named<'s>(
        &'s self,
        name: &str,
        context: Option<&'s NodeTemplate>,
    ) -> Option<Result<&'s NodeTemplate, ()>> {
        match name {
            "SOURCE" | "TARGET" => None,
            "SELF" => context.map(Ok),
            name => Some(self.template.node(name).ok_or(())),
        }
    }
}

fn has_attribute(node: &NodeTemplate, name: &str) -> bool {
    node.entity.entry("attributes", name).is_some()
}
