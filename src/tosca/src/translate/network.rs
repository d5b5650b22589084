//! Networks: those of a document, and those its machines get without being asked.

mod endpoint;
mod ports;

use im_radl::{Features, Network};

use super::translator::{NETWORK, PORT, Translator, value};
use crate::ToscaError;
use crate::functions::Evaluator;
use crate::template::NodeTemplate;
use crate::yaml::text;
use endpoint::Endpoint;

pub(super) use ports::outport;

// === impl Translator ===

impl Translator<'_> {
    /// Adds a network of the document.
    pub(super) fn network(
        &mut self,
        node: &NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let mut network = Network::new(node.name.clone());
        let get = |name: &str| -> Result<Option<String>, ToscaError> {
            let value = value(node, name, evaluator)?;
            Ok(value.filter(|it| it.is_truthy()).map(|it| text(&it)))
        };
        let features = &mut network.features;
        if get("network_type")?.is_some_and(|kind| kind.eq_ignore_ascii_case("public")) {
            features.set_str("outbound", "yes");
        }
        if let Some(name) = get("network_name")? {
            features.set_str("provider_id", &name);
        }
        if let Some(cidr) = get("cidr")? {
            features.set_str("cidr", &cidr);
            features.set_str("create", "yes");
        }
        if let Some(router) = get("gateway_ip")? {
            features.set_str("router", &router);
        }
        if let Some(host) = get("proxy_host")? {
            proxy(node, &host, features, evaluator)?;
        }
        self.radl.put_network(network);
        Ok(())
    }

    /// Connects a machine: to the networks its ports link to, or to the first private network of the document, or to
    /// networks that are made for it.
    pub(super) fn connect(
        &mut self,
        node: &NodeTemplate,
        features: &mut Features,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let endpoint = Endpoint::of(self.template, node, evaluator)?;
        if let Some(name) = &endpoint.dns_name {
            features.set_str("net_interface.0.dns_name", name);
        }
        if let Some(ip) = &endpoint.additional_ip {
            features.set_str("net_interface.0.additional_ip", ip);
        }
        let explicit = self.ports(node, features, evaluator)?;
        let (private, public) = if explicit.is_empty() {
            self.default_networks(&endpoint, features)
        } else {
            let is_public = |name: &&String| {
                self.radl
                    .network(name)
                    .is_some_and(|network| network.is_public())
            };
            let public = explicit.iter().find(is_public).cloned();
            let private = explicit.iter().find(|name| !is_public(name)).cloned();
            (private, public)
        };
        if let Some(name) = public.as_ref().or(private.as_ref())
            && let Some(network) = self.network_mut(name)
        {
            add_outports(&mut network.features, &endpoint.outports);
        }
        for (name, provider) in [
            (&private, &endpoint.private_provider),
            (&public, &endpoint.public_provider),
        ] {
            if let (Some(name), Some(provider)) = (name, provider)
                && let Some(network) = self.network_mut(name)
            {
                network.features.set_str("provider_id", provider);
            }
        }
        if let (Some(public), Some(names)) = (&public, &endpoint.additional_dns_names) {
            let interface = interface_of(features, public);
            features.set_list(
                &format!("net_interface.{interface}.additional_dns_names"),
                names.iter().map(String::as_str),
            );
        }
        Ok(())
    }

    /// The names of the private and the public network of a machine without ports.
    fn default_networks(
        &mut self,
        endpoint: &Endpoint,
        features: &mut Features,
    ) -> (Option<String>, Option<String>) {
        let mut interface = 0;
        let mut connect = |features: &mut Features, name: &str| {
            features.set_str(&format!("net_interface.{interface}.connection"), name);
            interface += 1;
        };
        let wants_private = !endpoint.is_public || endpoint.private_ip;
        let private = wants_private.then(|| {
            let name = self.private_network();
            connect(features, &name);
            name
        });
        let public = endpoint.is_public.then(|| {
            let name = self.new_public_network();
            connect(features, &name);
            name
        });
        (private, public)
    }

    /// The first private network of the document, or the one that machines share.
    fn private_network(&mut self) -> String {
        let of_document = self
            .template
            .nodes
            .values()
            .filter(|node| node.is(NETWORK))
            .find(|node| {
                self.radl
                    .network(&node.name)
                    .is_some_and(|network| !network.is_public())
            });
        let name = of_document.map_or_else(|| "private_net".to_owned(), |it| it.name.to_string());
        if self.radl.network(&name).is_none() {
            let mut network = Network::new(name.as_str());
            network.features.set_str("outbound", "no");
            self.radl.put_network(network);
        }
        name
    }

    fn new_public_network(&mut self) -> String {
        let mut name = "public_net".to_owned();
        let mut number = 0;
        while self.radl.network(&name).is_some() {
            number += 1;
            name = format!("public_net_{number}");
        }
        let mut network = Network::new(name.as_str());
        network.features.set_str("outbound", "yes");
        self.radl.put_network(network);
        name
    }

    /// Connects a machine as its ports say, and gives the networks in the order of the ports.
    fn ports(
        &self,
        node: &NodeTemplate,
        features: &mut Features,
        evaluator: &Evaluator<'_>,
    ) -> Result<Vec<String>, ToscaError> {
        let mut networks = Vec::new();
        for port in self.template.nodes.values().filter(|node| node.is(PORT)) {
            let target = |name: &str| {
                let requirement = port.requirements.iter().find(|it| &*it.name == name)?;
                requirement.target.clone()
            };
            let (Some(machine), Some(network)) = (target("binding"), target("link")) else {
                continue;
            };
            if machine != node.name {
                continue;
            }
            let order = value(port, "order", evaluator)?.map_or("0".to_owned(), |it| text(&it));
            let prefix = format!("net_interface.{order}");
            features.set_str(&format!("{prefix}.connection"), &network);
            for (property, feature) in [
                ("ip_address", "ip"),
                ("dns_name", "dns_name"),
                ("additional_ip", "additional_ip"),
            ] {
                if let Some(value) = value(port, property, evaluator)? {
                    features.set_str(&format!("{prefix}.{feature}"), &text(&value));
                }
            }
            if let Some(names) = value(port, "additional_dns_names", evaluator)? {
                let names: Vec<_> = names
                    .as_list()
                    .unwrap_or_default()
                    .iter()
                    .map(text)
                    .collect();
                features.set_list(
                    &format!("{prefix}.additional_dns_names"),
                    names.iter().map(String::as_str),
                );
            }
            networks.push(network.to_string());
        }
        Ok(networks)
    }
}

/// Adds ports to those that a network opens already.
pub(super) fn add_outports(features: &mut Features, outports: &[String]) {
    if outports.is_empty() {
        return;
    }
    let mut all: Vec<String> = features
        .get_str("outports")
        .map(|present| present.split(',').map(str::to_owned).collect())
        .unwrap_or_default();
    for outport in outports {
        if !all.contains(outport) {
            all.push(outport.clone());
        }
    }
    features.set_str("outports", &all.join(","));
}

fn interface_of(features: &Features, network: &str) -> u32 {
    let indices = features.indices("net_interface");
    let connected = |interface: &u32| {
        features.get_str(&format!("net_interface.{interface}.connection")) == Some(network)
    };
    indices.into_iter().find(connected).unwrap_or(0)
}

fn proxy(
    node: &NodeTemplate,
    host: &str,
    features: &mut Features,
    evaluator: &Evaluator<'_>,
) -> Result<(), ToscaError> {
    let Some(credential) = value(node, "proxy_credential", evaluator)? else {
        return Err(ToscaError::invalid(
            "Property 'proxy_credential' must bet set if proxy_host is set.",
        ));
    };
    let part = |name: &str| credential.get_some(name).map(text).unwrap_or_default();
    let (user, token) = (part("user"), part("token"));
    if credential.get_str("token_type") == Some("private_key") {
        features.set_str("proxy_host", &format!("{user}@{host}"));
        features.set_str("proxy_key", &token);
    } else {
        features.set_str("proxy_host", &format!("{user}:{token}@{host}"));
    }
    Ok(())
}
