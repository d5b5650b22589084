//! One translation in progress.

use std::collections::HashMap;
use std::sync::Arc;

use im_radl::{
    AnsibleHost, Description, Features, Line, Network, Number, Operator, Quantity, Radl,
};

use super::{Context, Translation, credential};
use crate::functions::{Evaluator, Expressions, Scope};
use crate::template::NodeTemplate;
use crate::validate::quantity;
use crate::yaml::{Node, Value, text};
use crate::{Template, ToscaError};

pub(super) const ANSIBLE_HOST: &str = "tosca.nodes.im.AnsibleHost";
pub(super) const FUNCTION: &str = "tosca.nodes.aisprint.FaaS.Function";
pub(super) const CONTAINER: &str = "tosca.nodes.Container.Application.Docker";
pub(super) const NETWORK: &str = "tosca.nodes.network.Network";
pub(super) const PORT: &str = "tosca.nodes.network.Port";

/// The state of a translation.
pub(super) struct Translator<'a> {
    pub(super) template: &'a Template,
    pub(super) context: &'a Context<'a>,
    expressions: Expressions<'a>,
    pub(super) radl: Radl,
    pub(super) removal: Vec<u32>,
    /// How many recipes were fetched.
    pub(super) fetched: usize,
    /// Steps of nodes that are known.
    pub(super) steps: HashMap<Arc<str>, u32>,
}

// === impl Translator ===

impl<'a> Translator<'a> {
    pub(super) fn new(template: &'a Template, context: &'a Context<'a>) -> Self {
        Self {
            template,
            context,
            expressions: Expressions {
                unique: context.unique,
            },
            radl: Radl::default(),
            removal: Vec::new(),
            fetched: 0,
            steps: HashMap::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Translation, ToscaError> {
        let template = self.template;
        let expressions = Expressions {
            unique: self.expressions.unique,
        };
        let evaluator = Evaluator::new(template, self.context.token, &expressions);
        self.describe();
        for node in template.nodes.values() {
            if node.is(ANSIBLE_HOST) {
                self.ansible_host(node, &evaluator)?;
            } else if node.is(NETWORK) {
                self.network(node, &evaluator)?;
            }
        }
        for node in template.nodes.values() {
            if node.is_compute() {
                self.compute(node, &evaluator)?;
            } else if node.is(CONTAINER) {
                self.container(node, &evaluator)?;
            } else if node.is(FUNCTION) {
                self.function(node, &evaluator)?;
            }
            self.recipe(node, &evaluator)?;
        }
        if self.radl.networks.is_empty() {
            self.public_network();
        }
        self.split_private_networks();
        self.order_deploys();
        if self.radl.contextualize.is_none() {
            self.radl.contextualize = Some(Arc::default());
        }
        let num_instances = self
            .radl
            .deploys
            .iter()
            .map(|deploy| (deploy.system.clone(), deploy.count().unwrap_or(0)))
            .collect();
        Ok(Translation {
            radl: self.radl,
            removal: self.removal,
            num_instances,
        })
    }

    fn describe(&mut self) {
        let metadata = self.template.document().get("metadata");
        let mut features = Features::new();
        for (key, name) in [("infra_name", "name"), ("namespace", "namespace")] {
            if let Some(value) = metadata.and_then(|it| it.get_some(key)) {
                features.set_str(name, &text(value));
            }
        }
        if !features.is_empty() {
            self.radl.description = Some(Arc::new(Description {
                id: "desc".into(),
                features,
                reference: false,
                line: Line::NONE,
            }));
        }
    }

    fn ansible_host(
        &mut self,
        node: &NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let mut features = Features::new();
        if let Some(host) = value(node, "host", evaluator)? {
            features.set_str("host", &text(&host));
        }
        if let Some(given) = value(node, "credential", evaluator)? {
            credential::set_login(&mut features, "credentials", &given);
        }
        self.radl.put_ansible_host(AnsibleHost {
            id: "ansible_host".into(),
            features,
            line: Line::NONE,
        });
        Ok(())
    }

    /// The public network of what needs no other one.
    pub(super) fn public_network(&mut self) {
        if self.radl.network("public").is_none() {
            let mut network = Network::new("public");
            network.features.set_str("outbound", "yes");
            self.radl.put_network(network);
        }
    }

    /// A network to be changed.
    pub(super) fn network_mut(&mut self, name: &str) -> Option<&mut Network> {
        self.radl.network_mut(name)
    }
}

/// The evaluated property of a node, if it has one.
pub(super) fn value(
    node: &NodeTemplate,
    name: &str,
    evaluator: &Evaluator<'_>,
) -> Result<Option<Node>, ToscaError> {
    let Some(value) = node.properties.get(name) else {
        return Ok(None);
    };
    let value = evaluator.evaluate(value, Scope::Node(node))?;
    Ok((!value.is_null()).then_some(value))
}

/// Sets a feature to a number as it is, or to a text.
pub(super) fn set_value(features: &mut Features, name: &str, operator: Operator, value: &Node) {
    match &value.value {
        Value::Number(number) => {
            features.set_number(name, operator, Quantity::plain(number.clone()));
        }
        _ => features.set_str(name, &text(value)),
    }
}

/// A size in bytes. Fractions of a byte are cut off.
pub(super) fn bytes(value: &Node) -> Result<Number, ToscaError> {
    let written = text(value);
    let Some(size) = quantity("scalar-unit.size", &written) else {
        return Err(ToscaError::invalid(format!(
            "\"{written}\" is not a valid scalar-unit. (line {})",
            value.line
        )));
    };
    let whole = Number::parse_int(&size.digits).map(|it| it.scaled(size.factor as i64));
    Ok(whole.unwrap_or_else(|| {
        let bytes = size.base();
        Number::from(bytes)
            .to_i64()
            .map_or(Number::from(bytes), Number::from)
    }))
}
