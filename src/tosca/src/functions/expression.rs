//! Attributes inside recipes: what will only be known when a recipe runs becomes an expression of Ansible.

use im_radl::Number;

use super::evaluate::{Attributes, Evaluator, Scope, index};
use crate::ToscaError;
use crate::template::NodeTemplate;
use crate::yaml::{Node, text};

/// Gives expressions.
pub(crate) struct Expressions<'a> {
    /// The end of the names of container systems.
    pub(crate) unique: &'a str,
}

// === impl Expressions ===

impl Attributes for Expressions<'_> {
    fn attribute(
        &self,
        evaluator: &Evaluator<'_>,
        node: &NodeTemplate,
        path: &[Node],
    ) -> Result<Node, ToscaError> {
        let Some((first, rest)) = path.split_first() else {
            return Ok(Node::NULL);
        };
        let name = text(first);
        match name.as_str() {
            "tosca_name" => return Ok(Node::text(node.name.clone())),
            "tosca_id" => {
                return Ok(variable(evaluator, node, "IM_NODE_VMID", 0));
            }
            "private_address" | "public_address" => {
                let kind = if name == "private_address" {
                    "IM_NODE_PRIVATE_IP"
                } else {
                    "IM_NODE_PUBLIC_IP"
                };
                return Ok(address(evaluator, node, &name, kind, rest));
            }
            "endpoints" if node.is("tosca.nodes.Container.Application") => {
                let endpoints = self.endpoints(evaluator, node)?;
                return Ok(index(endpoints, rest));
            }
            _ => {}
        }
        if rest.first().map(text).as_deref() == Some("ip_address") {
            let requirement = node.requirements.iter().find(|it| *it.name == *name);
            let target = requirement.and_then(|it| evaluator.template.node(it.target.as_deref()?));
            return Ok(endpoint_address(evaluator, target.unwrap_or(node)));
        }
        let default = node.entity.entry("attributes", &name);
        if let Some(value) = default.and_then(|it| it.get_some("default")) {
            let value = evaluator.evaluate(value, Scope::Node(node))?;
            return Ok(index(value, rest));
        }
        evaluator.property_of(node, path)
    }
}

impl Expressions<'_> {
    /// Addresses of a container's ports as other containers of the same document see them.
    fn endpoints(
        &self,
        evaluator: &Evaluator<'_>,
        node: &NodeTemplate,
    ) -> Result<Node, ToscaError> {
        let mut found = Vec::new();
        let name = format!("{}-{}", node.name.replace('_', "-"), self.unique);
        for host in evaluator.template.hosts(node) {
            for list in ["publish_ports", "expose_ports"] {
                let path = [Node::text("host"), Node::text(list)];
                let ports = evaluator.property_of(host, &path)?;
                for port in ports.as_list().into_iter().flatten() {
                    if let Some(endpoint) = port.get_some("endpoint") {
                        found.push(endpoint.clone());
                    } else if let Some(target) = port.get_some("target").or(port.get_some("source"))
                    {
                        found.push(Node::text(format!("{name}:{}", text(target))));
                    }
                }
            }
        }
        Ok(Node::list(found))
    }
}

fn variable(evaluator: &Evaluator<'_>, node: &NodeTemplate, variable: &str, machine: u64) -> Node {
    match evaluator.template.compute_of(node) {
        Some(compute) => Node::text(format!(
            "{{{{ hostvars[groups['{}'][{machine}]]['{variable}'] }}}}",
            compute.name
        )),
        None => Node::NULL,
    }
}

fn address(
    evaluator: &Evaluator<'_>,
    node: &NodeTemplate,
    attribute: &str,
    kind: &str,
    rest: &[Node],
) -> Node {
    let Some(compute) = evaluator.template.compute_of(node) else {
        return Node::NULL;
    };
    let declared = compute.entity.entry("attributes", attribute);
    let is_list = declared.and_then(|it| it.get_str("type")) == Some("list");
    let machine = rest.first().and_then(|it| match it.as_number() {
        Some(number) => Number::to_u64(number),
        None => text(it).parse().ok(),
    });
    if machine.is_none() && is_list {
        let group = &compute.name;
        return Node::text(format!(
            "{{{{ groups['{group}']|map('extract', hostvars,'{kind}')|list if '{group}' in groups else []}}}}"
        ));
    }
    variable(evaluator, node, kind, machine.unwrap_or(0))
}

/// The public address of the machine of a node, or else its private one.
fn endpoint_address(evaluator: &Evaluator<'_>, node: &NodeTemplate) -> Node {
    let Some(compute) = evaluator.template.compute_of(node) else {
        return Node::NULL;
    };
    let host = format!("hostvars[groups['{}'][0]]", compute.name);
    Node::text(format!(
        "{{{{ {host}['IM_NODE_PUBLIC_IP'] if 'IM_NODE_PUBLIC_IP' in {host} else {host}['IM_NODE_PRIVATE_IP']}}}}"
    ))
}
