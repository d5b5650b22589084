//! What the endpoints of the nodes on a machine ask of its network.

use super::ports::outport;
use crate::functions::{Evaluator, Scope};
use crate::template::NodeTemplate;
use crate::yaml::{Node, text};
use crate::{Template, ToscaError};

/// The wishes of all endpoints on one machine together.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// Whether a public address is wanted.
    pub(super) is_public: bool,
    /// Whether a private address is wanted beside a public one.
    pub(super) private_ip: bool,
    pub(super) dns_name: Option<String>,
    pub(super) additional_ip: Option<String>,
    pub(super) additional_dns_names: Option<Vec<String>>,
    /// The provider's name of the private network.
    pub(super) private_provider: Option<String>,
    /// The provider's name of the pool of public addresses.
    pub(super) public_provider: Option<String>,
    pub(super) outports: Vec<String>,
}

// === impl Endpoint ===

impl Endpoint {
    pub(super) fn of(
        template: &Template,
        compute: &NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<Self, ToscaError> {
        let mut endpoint = Self {
            is_public: false,
            private_ip: true,
            dns_name: None,
            additional_ip: None,
            additional_dns_names: None,
            private_provider: None,
            public_provider: None,
            outports: Vec::new(),
        };
        for node in template.nodes.values() {
            let on = template.compute_of(node);
            let is_on = on.is_some_and(|on| on.name == compute.name);
            if is_on && node.name != compute.name {
                endpoint.add(node, evaluator)?;
            }
        }
        endpoint.add(compute, evaluator)?;
        Ok(endpoint)
    }

    fn add(&mut self, node: &NodeTemplate, evaluator: &Evaluator<'_>) -> Result<(), ToscaError> {
        for capability in node.capabilities.values() {
            if !capability.entity.is("tosca.capabilities.Endpoint") {
                continue;
            }
            let get = |name: &str| -> Result<Option<Node>, ToscaError> {
                let Some(value) = capability.properties.get(name) else {
                    return Ok(None);
                };
                let value = evaluator.evaluate(value, Scope::Node(node))?;
                Ok((!value.is_null()).then_some(value))
            };
            if let Some(name) = get("network_name")? {
                self.network_name(&text(&name));
            }
            let dns_name = get("dns_name")?.filter(Node::is_truthy);
            self.dns_name = dns_name.map(|it| text(&it)).or(self.dns_name.take());
            let ip = get("additional_ip")?.filter(Node::is_truthy);
            self.additional_ip = ip.map(|it| text(&it)).or(self.additional_ip.take());
            if let Some(names) = get("additional_dns_names")? {
                let names = names.as_list().unwrap_or_default();
                self.additional_dns_names = Some(names.iter().map(text).collect());
            }
            if get("private_ip")?.is_some_and(|it| !it.is_truthy()) {
                self.private_ip = false;
            }
            let protocol = get("protocol")?.map_or("tcp".to_owned(), |it| text(&it));
            if let Some(ports) = get("ports")? {
                for port in ports.as_map().into_iter().flat_map(|map| map.values()) {
                    self.outports.push(outport(port)?);
                }
            } else if let Some(port) = get("port")? {
                let port = text(&port);
                self.outports
                    .push(format!("{port}/{protocol}-{port}/{protocol}"));
            }
        }
        Ok(())
    }

    /// `PUBLIC`, `PRIVATE`, `NAME.PUBLIC`, `NAME.PRIVATE`, `NAME`, and any of them with `,POOL` behind it.
    fn network_name(&mut self, name: &str) {
        let (name, pool) = match name.split_once(',') {
            Some((name, pool)) => (name.trim(), Some(pool.trim())),
            None => (name.trim(), None),
        };
        if let Some(pool) = pool.filter(|pool| !pool.is_empty()) {
            self.public_provider = Some(pool.to_owned());
            self.is_public = true;
        }
        let (provider, is_public) = match name {
            "PUBLIC" => ("", true),
            "PRIVATE" => ("", false),
            name => match (name.strip_suffix(".PUBLIC"), name.strip_suffix(".PRIVATE")) {
                (Some(provider), _) => (provider, true),
                (_, Some(provider)) => (provider, false),
                _ => (name, false),
            },
        };
        self.is_public |= is_public;
        if !provider.is_empty() {
            self.private_provider = Some(provider.to_owned());
        }
    }
}
