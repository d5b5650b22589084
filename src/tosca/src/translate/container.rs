//! Containers: an application on a runtime is a system of its own.

use std::sync::Arc;

use im_radl::{Configure, Features, Network, Operator, Quantity, System};

use super::network::{add_outports, outport};
use super::translator::{Translator, bytes, set_value, value};
use crate::ToscaError;
use crate::functions::{Evaluator, Scope, artifacts};
use crate::resolver::is_url;
use crate::template::NodeTemplate;
use crate::yaml::{Node, text};

const IMAGE: &str = "tosca.artifacts.Deployment.Image.Container.Docker";
const FILE: &str = "tosca.artifacts.File";

/// A container system that is being put together.
struct Container {
    system: System,
    disk: u32,
    interface: u32,
}

// === impl Translator ===

impl Translator<'_> {
    /// The name of the system of a container node.
    pub(super) fn container_name(&self, node: &NodeTemplate) -> String {
        format!("{}-{}", node.name.replace('_', "-"), self.context.unique)
    }

    /// Adds the system of a container node, its networks and its deploy.
    pub(super) fn container(
        &mut self,
        node: &NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let name = self.container_name(node);
        let mut container = Container {
            system: System::new(name.as_str()),
            disk: 1,
            interface: 0,
        };
        self.files(node, &mut container, evaluator)?;
        let features = &mut container.system.features;
        self.image(node, features, evaluator)?;
        if let Some(command) = value(node, "command", evaluator)? {
            let words: Vec<_> = command
                .as_list()
                .unwrap_or_default()
                .iter()
                .map(text)
                .collect();
            features.set_list("command", words.iter().map(String::as_str));
        }
        if let Some(environment) = value(node, "environment", evaluator)? {
            let variables: Vec<_> = environment
                .as_map()
                .into_iter()
                .flatten()
                .map(|(name, value)| variable(name.as_str(), &text(value)))
                .collect();
            features.set_str("environment.variables", &variables.join(","));
        }
        let runtime = self.template.hosts(node).next();
        if let Some(runtime) = runtime {
            self.runtime(runtime, &name, &mut container, evaluator)?;
        }
        self.radl.put_system(container.system);
        self.radl.put_configure(Configure {
            id: name.as_str().into(),
            ..Configure::default()
        });
        self.run_at(&name, &name, node)?;
        self.deploy(runtime.unwrap_or(node), &name, evaluator)
    }

    /// Files that are put into the container: given, or fetched.
    fn files(
        &mut self,
        node: &NodeTemplate,
        container: &mut Container,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        for artifact in artifacts(self.template, node).values() {
            let Some(path) = artifact
                .deploy_path
                .as_ref()
                .filter(|_| artifact.kind == FILE)
            else {
                continue;
            };
            let content = match artifact.properties.get_some("content") {
                Some(content) => text(&evaluator.evaluate(content, Scope::Node(node))?),
                None => {
                    let file = evaluator.evaluate(&artifact.file, Scope::Node(node))?;
                    let address = artifact.address(&text(&file));
                    self.fetch(&address, "the artifact")?.to_string()
                }
            };
            let disk = container.disk;
            let features = &mut container.system.features;
            features.set_str(&format!("disk.{disk}.content"), &content);
            features.set_str(&format!("disk.{disk}.mount_path"), path);
            container.disk += 1;
        }
        Ok(())
    }

    fn image(
        &self,
        node: &NodeTemplate,
        features: &mut Features,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        for artifact in artifacts(self.template, node).values() {
            if artifact.kind != IMAGE {
                continue;
            }
            let file = text(&evaluator.evaluate(&artifact.file, Scope::Node(node))?);
            let address = artifact.address(&file);
            let address = if is_url(&address) {
                address.split_once("://").map_or("", |(_, rest)| rest)
            } else {
                address.strip_prefix("docker://").unwrap_or(&address)
            };
            features.set_str("disk.0.image.url", &format!("docker://{address}"));
        }
        Ok(())
    }

    fn runtime(
        &mut self,
        runtime: &NodeTemplate,
        name: &str,
        container: &mut Container,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let Some(host) = runtime.capabilities.get("host") else {
            return Ok(());
        };
        for (property, given) in &host.properties {
            let value = evaluator.evaluate(given, Scope::Node(runtime))?;
            if value.is_null() {
                continue;
            }
            let features = &mut container.system.features;
            match &**property {
                "num_cpus" => set_value(features, "cpu.count", Operator::Equal, &value),
                "num_gpus" => set_value(features, "gpu.count", Operator::Equal, &value),
                "mem_size" => {
                    let size = Quantity::with_unit(bytes(&value)?, "B");
                    features.set_number("memory.size", Operator::Equal, size);
                }
                "volumes" => {
                    for volume in value.as_list().unwrap_or_default() {
                        self.mount(&text(volume), container, evaluator)?;
                    }
                }
                "publish_ports" => self.expose(name, &value, true, container)?,
                "expose_ports" => self.expose(name, &value, false, container)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Mounts a volume, given as its node, a colon, and where it goes.
    fn mount(
        &self,
        volume: &str,
        container: &mut Container,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let (name, path) = volume.split_once(':').unwrap_or((volume, ""));
        let Some(storage) = self.template.node(name) else {
            return Err(ToscaError::invalid(format!(
                "The volume \"{volume}\" names no node: expected the name of a volume, a colon and a path."
            )));
        };
        let disk = container.disk;
        let features = &mut container.system.features;
        let id = value(storage, "volume_id", evaluator)?.filter(Node::is_truthy);
        if let Some(id) = id {
            features.set_str(&format!("disk.{disk}.image.url"), &text(&id));
        }
        if let Some(size) = value(storage, "size", evaluator)? {
            let size = Quantity::with_unit(bytes(&size)?, "B");
            features.set_number(&format!("disk.{disk}.size"), Operator::Equal, size);
        }
        if !path.is_empty() {
            features.set_str(&format!("disk.{disk}.mount_path"), path);
        }
        container.disk += 1;
        Ok(())
    }

    fn expose(
        &mut self,
        name: &str,
        ports: &Node,
        is_public: bool,
        container: &mut Container,
    ) -> Result<(), ToscaError> {
        let ports = ports.as_list().unwrap_or_default();
        if ports.is_empty() {
            return Ok(());
        }
        let (suffix, outbound) = if is_public {
            ("pub", "yes")
        } else {
            ("priv", "no")
        };
        let id = format!("{name}_{suffix}");
        let mut network = Network::new(id.as_str());
        network.features.set_str("outbound", outbound);
        let outports = ports.iter().map(outport).collect::<Result<Vec<_>, _>>()?;
        add_outports(&mut network.features, &outports);
        let interface = container.interface;
        let features = &mut container.system.features;
        features.set_str(&format!("net_interface.{interface}.connection"), &id);
        if let Some(endpoint) = ports.iter().find_map(|port| port.get_some("endpoint")) {
            features.set_str(
                &format!("net_interface.{interface}.dns_name"),
                &text(endpoint),
            );
        }
        container.interface += 1;
        self.radl.put_network(Arc::new(network));
        Ok(())
    }
}

/// `NAME=VALUE`, in quotes if the value has a comma.
fn variable(name: &str, value: &str) -> String {
    if value.contains(',') {
        format!("{name}=\"{value}\"")
    } else {
        format!("{name}={value}")
    }
}
