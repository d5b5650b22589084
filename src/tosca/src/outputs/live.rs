//! Attributes of a running infrastructure.

use std::net::IpAddr;

use im_radl::{Number, Radl, System};

use crate::ToscaError;
use crate::functions::{Attributes, Evaluator, Scope, index};
use crate::template::NodeTemplate;
use crate::yaml::{Key, Map, Node, Value, text};

/// What is known about a running infrastructure.
#[derive(Clone, Copy)]
pub struct LiveInfrastructure<'a> {
    /// Its machines, in the order of their creation.
    pub machines: &'a [LiveMachine<'a>],
    /// The token of whoever asks, for inputs that want it.
    pub token: Option<&'a str>,
}

/// A machine as it is.
#[derive(Clone)]
pub struct LiveMachine<'a> {
    /// The id the cloud gave it.
    pub cloud_vm_id: Option<&'a str>,
    /// Its present document: its system first, with addresses and credentials, and its networks.
    pub radl: &'a Radl,
    /// What its configuration printed.
    pub log: Option<&'a str>,
    /// Results of its recipes: by recipe, then `tasks`, then by task, with `output` and `state`.
    pub ansible_output: Option<&'a serde_json::Value>,
    /// How to reach the service that a function became.
    pub service: Option<ServiceAccess>,
}

/// Where a service answers and who may ask.
#[derive(Clone)]
pub struct ServiceAccess {
    /// Its address.
    pub endpoint: String,
    /// The user.
    pub user: String,
    /// The password or token.
    pub token: String,
    /// `password` or another kind.
    pub token_type: String,
}

// === impl LiveMachine ===

impl LiveMachine<'_> {
    fn system(&self) -> Option<&System> {
        self.radl.first_system()
    }

    fn addresses(&self, public: bool) -> Vec<String> {
        let Some(system) = self.system() else {
            return Vec::new();
        };
        let is_public = |interface: u32, ip: &str| {
            let connection = system.interface_connection(interface);
            match connection.and_then(|name| self.radl.network(name)) {
                Some(network) => network.is_public(),
                None => !is_private(ip),
            }
        };
        (0..system.num_interfaces())
            .filter_map(|interface| Some((interface, system.interface_ip(interface)?)))
            .filter(|(interface, ip)| is_public(*interface, ip) == public)
            .map(|(_, ip)| ip.to_owned())
            .collect()
    }

    fn credential(&self) -> Node {
        let Some(system) = self.system() else {
            return Node::NULL;
        };
        let credentials = system.credentials();
        let Some(user) = credentials.username else {
            return Node::NULL;
        };
        let (token, kind) = match (credentials.private_key, credentials.password) {
            (Some(key), _) => (key.expose().to_owned(), "private_key"),
            (None, Some(password)) => (password.expose().to_owned(), "password"),
            (None, None) => return Node::NULL,
        };
        Node::map([
            ("user", Node::text(user)),
            ("token", Node::text(token)),
            ("token_type", Node::text(kind)),
        ])
    }

    /// Addresses of the ports of a container.
    fn endpoints(&self) -> Vec<Node> {
        let Some(system) = self.system() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for interface in 0..system.num_interfaces() {
            let connection = system.interface_connection(interface);
            let Some(network) = connection.and_then(|name| self.radl.network(name)) else {
                continue;
            };
            let given = system.interface_dns_name(interface).map(str::to_owned);
            for port in network.outports().unwrap_or_default() {
                found.push(Node::text(match (&given, network.is_public()) {
                    (Some(given), _) => given.clone(),
                    (None, true) => {
                        let ip = system.interface_ip(interface).unwrap_or_default();
                        format!("{ip}:{}", port.remote)
                    }
                    (None, false) => format!("{}:{}", system.id, port.local),
                }));
            }
        }
        found
    }
}

// === impl LiveInfrastructure ===

impl LiveInfrastructure<'_> {
    /// The machines of a node's system.
    fn machines_of(&self, node: &NodeTemplate) -> Vec<&LiveMachine<'_>> {
        let prefix = format!("{}-", node.name.replace('_', "-"));
        let is_container = node.is("tosca.nodes.Container.Application");
        let is_of = |system: &System| {
            let id = &*system.id;
            *id == *node.name
                || is_container
                    && id
                        .strip_prefix(&prefix)
                        .is_some_and(|rest| rest.len() == 8 && !rest.contains('-'))
        };
        self.machines
            .iter()
            .filter(|machine| machine.system().is_some_and(is_of))
            .collect()
    }

    fn addresses(&self, node: &NodeTemplate, name: &str, rest: &[Node]) -> Node {
        let machines = self.machines_of(node);
        let public = name == "public_address";
        let addresses: Vec<Node> = machines
            .iter()
            .filter_map(|machine| machine.addresses(public).into_iter().next())
            .map(Node::text)
            .collect();
        if rest.is_empty() {
            let declared = node.entity.entry("attributes", name);
            let is_list = declared.and_then(|it| it.get_str("type")) == Some("list");
            return match (is_list, addresses.is_empty()) {
                (_, true) => Node::NULL,
                (true, false) => Node::list(addresses),
                (false, false) => addresses.into_iter().next().unwrap_or(Node::NULL),
            };
        }
        // An index beyond the machines means the first one.
        let wanted = rest
            .first()
            .map(text)
            .and_then(|it| it.parse::<usize>().ok());
        let address = wanted.and_then(|wanted| addresses.get(wanted));
        address.or(addresses.first()).cloned().unwrap_or(Node::NULL)
    }

    fn service(
        &self,
        node: &NodeTemplate,
        name: &str,
        evaluator: &Evaluator<'_>,
    ) -> Result<Node, ToscaError> {
        let access = match evaluator.template.hosts(node).next() {
            Some(host) => {
                let get = |name: &str| evaluator.property_of(host, &[Node::text(name)]);
                let address = get("dns_host")?;
                ServiceAccess {
                    endpoint: format!("https://{}", text(&address)),
                    user: "oscar".to_owned(),
                    token: text(&get("password")?),
                    token_type: "password".to_owned(),
                }
            }
            None => {
                let machines = self.machines_of(node);
                match machines.into_iter().find_map(|it| it.service.clone()) {
                    Some(access) => access,
                    None => return Ok(Node::NULL),
                }
            }
        };
        Ok(match name {
            "endpoint" => Node::text(access.endpoint),
            _ => Node::map([
                ("user", Node::text(access.user)),
                ("token_type", Node::text(access.token_type)),
                ("token", Node::text(access.token)),
            ]),
        })
    }
}

impl Attributes for LiveInfrastructure<'_> {
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
        let template = evaluator.template;
        let is_function = node.is("tosca.nodes.aisprint.FaaS.Function");
        let compute = template.compute_of(node);
        match name.as_str() {
            "tosca_name" => return Ok(Node::text(node.name.clone())),
            "tosca_id" => {
                let machines = compute.map(|it| self.machines_of(it)).unwrap_or_default();
                let id = machines.first().and_then(|machine| machine.cloud_vm_id);
                return Ok(id.map_or(Node::NULL, Node::text));
            }
            "endpoint" | "credential" if is_function => {
                return Ok(index(self.service(node, &name, evaluator)?, rest));
            }
            "endpoints" if node.is("tosca.nodes.Container.Application") => {
                let machines = self.machines_of(node);
                let endpoints = machines.iter().flat_map(|machine| machine.endpoints());
                return Ok(index(Node::list(endpoints.collect()), rest));
            }
            "private_address" | "public_address" => {
                let compute = compute.unwrap_or(node);
                return Ok(self.addresses(compute, &name, rest));
            }
            _ => {}
        }
        let machines = compute.map(|it| self.machines_of(it)).unwrap_or_default();
        match (name.as_str(), rest.first().map(text).as_deref()) {
            ("endpoint", Some("credential")) => {
                let credentials = machines.iter().map(|machine| machine.credential());
                let credentials = Node::list(credentials.collect());
                let rest = rest.get(1..).unwrap_or_default();
                let first = [Node::from(Number::Int(0))];
                return Ok(index(
                    credentials,
                    if rest.is_empty() { &first } else { rest },
                ));
            }
            (_, Some("ip_address")) => {
                let public = self.addresses(compute.unwrap_or(node), "public_address", &[]);
                return Ok(if public.is_null() {
                    self.addresses(compute.unwrap_or(node), "private_address", &[])
                } else {
                    public
                });
            }
            ("ctxt_log", _) => {
                let log = machines.iter().find_map(|machine| machine.log);
                return Ok(log.map_or(Node::NULL, Node::text));
            }
            ("ansible_output", _) => {
                let output = machines.iter().find_map(|machine| machine.ansible_output);
                return Ok(index(output.map_or(Node::NULL, from_json), rest));
            }
            _ => {}
        }
        let default = node.entity.entry("attributes", &name);
        if let Some(value) = default.and_then(|it| it.get_some("default")) {
            let value = evaluator.evaluate(value, Scope::Node(node))?;
            return Ok(index(value, rest));
        }
        evaluator.property_of(node, path)
    }
}

fn from_json(json: &serde_json::Value) -> Node {
    use serde_json::Value as Json;
    match json {
        Json::Null => Node::NULL,
        Json::Bool(truth) => Node::from(Value::Bool(*truth)),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Node::from(Number::Int(whole)),
            None => Node::from(Number::from(number.as_f64().unwrap_or_default())),
        },
        Json::String(text) => Node::text(text.as_str()),
        Json::Array(items) => Node::list(items.iter().map(from_json).collect()),
        Json::Object(map) => {
            let mut entries = Map::new();
            for (key, value) in map {
                entries.insert(Key::text(key.as_str()), from_json(value));
            }
            Node::from(Value::Map(entries))
        }
    }
}

/// Whether an address is one of a private range.
fn is_private(ip: &str) -> bool {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => false,
    }
}
