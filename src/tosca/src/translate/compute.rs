//! Machines.

use im_radl::{Features, Operator, Quantity, System};

use super::credential::set_system_login;
use super::translator::{Translator, bytes, set_value, value};
use crate::ToscaError;
use crate::functions::{Evaluator, Scope, is_function};
use crate::template::NodeTemplate;
use crate::yaml::{Node, Value, text};

/// How a property of a capability becomes a feature.
enum Rule {
    /// A lower bound for a number, a text as it is.
    AtLeast,
    /// A lower bound in bytes.
    Bytes,
    /// Always a text.
    Text,
    /// `yes` or `no`.
    YesNo,
}

const OS: &[(&str, &str, Rule)] = &[
    ("architecture", "cpu.arch", Rule::Text),
    ("type", "disk.0.os.name", Rule::Text),
    ("distribution", "disk.0.os.flavour", Rule::Text),
    ("version", "disk.0.os.version", Rule::Text),
];

const HOST: &[(&str, &str, Rule)] = &[
    ("num_cpus", "cpu.count", Rule::AtLeast),
    ("mem_size", "memory.size", Rule::Bytes),
    ("disk_size", "disk.0.size", Rule::Bytes),
    ("disk_type", "disk.0.type", Rule::Text),
    ("cpu_frequency", "cpu.performance", Rule::Text),
    ("instance_type", "instance_type", Rule::Text),
    ("num_gpus", "gpu.count", Rule::AtLeast),
    ("gpu_vendor", "gpu.vendor", Rule::Text),
    ("gpu_model", "gpu.model", Rule::Text),
    ("preemtible_instance", "spot", Rule::YesNo),
    ("sgx", "cpu.sgx", Rule::YesNo),
    ("sgx_epc_size", "cpu.sgx.epc_size", Rule::Text),
];

// === impl Translator ===

impl Translator<'_> {
    /// Adds the system of a compute node, its networks and its deploy.
    pub(super) fn compute(
        &mut self,
        node: &NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let mut system = System::new(node.name.clone());
        let features = &mut system.features;
        features.set_str("instance_name", &instance_name(node, evaluator)?);
        tags(node, features, evaluator)?;
        capability(node, "os", OS, features, evaluator)?;
        capability(node, "host", HOST, features, evaluator)?;
        self.volumes(node, features, evaluator)?;
        self.applications(node, features, evaluator)?;
        if let Some(zone) = self.placement(node, "availability_zone", evaluator)? {
            features.set_str("availability_zone", &zone);
        }
        self.connect(node, features, evaluator)?;
        self.radl.put_system(system);
        self.deploy(node, &node.name, evaluator)
    }
}

fn instance_name(node: &NodeTemplate, evaluator: &Evaluator<'_>) -> Result<String, ToscaError> {
    let name = value(node, "instance_name", evaluator)?;
    let name = name.filter(Node::is_truthy).map(|name| text(&name));
    Ok(name.unwrap_or_else(|| node.name.to_string()))
}

fn tags(
    node: &NodeTemplate,
    features: &mut Features,
    evaluator: &Evaluator<'_>,
) -> Result<(), ToscaError> {
    let Some(tags) = value(node, "tags", evaluator)? else {
        return Ok(());
    };
    let Value::Map(tags) = tags.value else {
        return Ok(());
    };
    let pairs: Vec<_> = tags
        .iter()
        .map(|(name, value)| format!("{}={}", name.as_str(), text(value)))
        .collect();
    if !pairs.is_empty() {
        features.set_str("instance_tags", &pairs.join(","));
    }
    Ok(())
}

fn capability(
    node: &NodeTemplate,
    name: &str,
    rules: &[(&str, &str, Rule)],
    features: &mut Features,
    evaluator: &Evaluator<'_>,
) -> Result<(), ToscaError> {
    let Some(capability) = node.capabilities.get(name) else {
        return Ok(());
    };
    for (property, given) in &capability.properties {
        let value = evaluator.evaluate(given, Scope::Node(node))?;
        if value.is_null() {
            continue;
        }
        match (name, property.as_ref()) {
            ("os", "image") => image(features, &text(&value)),
            ("os", "credential") => set_system_login(features, &value)?,
            _ => {
                let rule = rules.iter().find(|(from, _, _)| *from == &**property);
                if let Some((_, to, rule)) = rule {
                    apply(rule, to, features, &value, given)?;
                }
            }
        }
    }
    Ok(())
}

fn apply(
    rule: &Rule,
    name: &str,
    features: &mut Features,
    value: &Node,
    given: &Node,
) -> Result<(), ToscaError> {
    if matches!(value.value, Value::Map(_) | Value::List(_)) {
        return operator(rule, name, features, value);
    }
    match rule {
        Rule::AtLeast => match value.as_str().and_then(im_radl::Number::parse_int) {
            Some(number) => features.set_number(name, Operator::AtLeast, Quantity::plain(number)),
            None => set_value(features, name, Operator::AtLeast, value),
        },
        Rule::Bytes => {
            let bytes = bytes(value).map_err(|error| {
                if is_function(given) {
                    ToscaError::invalid(format!("{error} It is the value of {name}."))
                } else {
                    error
                }
            })?;
            features.set_number(name, Operator::AtLeast, Quantity::with_unit(bytes, "B"));
        }
        Rule::Text => features.set_str(name, &text(value)),
        Rule::YesNo => {
            let is_yes = value.is_truthy() && value.as_str() != Some("no");
            features.set_str(name, if is_yes { "yes" } else { "no" });
        }
    }
    Ok(())
}

/// `{ equal: VALUE }` and the like in the place of a value.
fn operator(
    rule: &Rule,
    name: &str,
    features: &mut Features,
    value: &Node,
) -> Result<(), ToscaError> {
    let entry = value.as_map().filter(|map| map.len() == 1);
    let (operator, bound) = match entry.and_then(|map| map.first()) {
        Some((key, bound)) => (key.as_str(), bound),
        None => ("", value),
    };
    let operator = match operator {
        "equal" => Operator::Equal,
        "greater_than" => Operator::Greater,
        "greater_or_equal" => Operator::AtLeast,
        "less_than" => Operator::Less,
        "less_or_equal" => Operator::AtMost,
        _ => {
            return Err(ToscaError::invalid(format!(
                "Expected a single value for {name}, but found {} (line {}).",
                text(value),
                value.line
            )));
        }
    };
    match rule {
        Rule::Bytes => {
            let bytes = bytes(bound)?;
            features.set_number(name, operator, Quantity::with_unit(bytes, "B"));
        }
        _ => set_value(features, name, operator, bound),
    }
    Ok(())
}

/// The address of an image; a bare name is one of a container.
fn image(features: &mut Features, image: &str) {
    let url = if image.contains("://") || image.is_empty() {
        image.to_owned()
    } else {
        format!("docker://{image}")
    };
    features.set_str("disk.0.image.url", &url);
}
