//! Functions as a service: a system of its own, or a service that a cluster of the same document is told to make.

use im_radl::{Configure, Features, Number, Operator, Quantity, System, unit_factor};
use serde_json::{Map as JsonMap, Value as Json, json};

use super::translator::{Translator, set_value, value};
use crate::ToscaError;
use crate::functions::{Evaluator, Scope};
use crate::template::NodeTemplate;
use crate::yaml::{Node, Value, text};

// === impl Translator ===

impl Translator<'_> {
    /// Adds the system of a function, or the recipe that makes it on its host.
    pub(super) fn function(
        &mut self,
        node: &NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        if let Some(host) = self.template.hosts(node).next() {
            return self.hosted_function(node, host, evaluator);
        }
        let mut system = System::new(node.name.clone());
        for (name, given) in &node.properties {
            let value = evaluator.evaluate(given, Scope::Node(node))?;
            if !value.is_null() {
                feature(name, &value, &mut system.features)?;
            }
        }
        system
            .features
            .set_str("net_interface.0.connection", "public");
        self.public_network();
        self.radl.put_system(system);
        self.radl.put_configure(Configure {
            id: node.name.clone(),
            ..Configure::default()
        });
        self.run_at(&node.name, &node.name, node)?;
        self.deploy(node, &node.name, evaluator)
    }

    fn hosted_function(
        &mut self,
        node: &NodeTemplate,
        host: &NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let Some(compute) = self.template.compute_of(node) else {
            return Ok(());
        };
        let get = |name: &str| -> Result<String, ToscaError> {
            let value = value(host, name, evaluator)?;
            Ok(value.map(|it| text(&it)).unwrap_or_default())
        };
        let endpoint = format!("https://{}", get("dns_host")?);
        let password = get("password")?;
        let service = python_json(&service(node, evaluator)?);
        let escaped = service.replace('\'', "''");
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let recipe = format!(
            "  - tasks:\n    - include_tasks: utils/tasks/oscar_function.yml\n      vars:\n        oscar_endpoint: {}\n        oscar_username: \"oscar\"\n        oscar_password: {}\n        oscar_service_json: '{escaped}'\n",
            quoted(&endpoint),
            quoted(&password)
        );
        let id = format!("{}_{}", host.name, node.name);
        self.radl.put_configure(Configure {
            id: id.as_str().into(),
            recipe: Some(recipe.into()),
            ..Configure::default()
        });
        self.run_at(&compute.name.clone(), &id, node)
    }
}

fn feature(name: &str, value: &Node, features: &mut Features) -> Result<(), ToscaError> {
    match name {
        "name" => features.set_str("name", &text(value)),
        "image" => features.set_str("disk.0.image.url", &text(value)),
        "script" => features.set_str("script", &text(value)),
        "memory" => {
            let size = Quantity::with_unit(memory(value)?, "B");
            features.set_number("memory.size", Operator::Equal, size);
        }
        "cpu" => set_value(features, "cpu.count", Operator::Equal, value),
        "alpine" => {
            let number = i64::from(value.is_truthy());
            features.set_number("alpine", Operator::Equal, Quantity::plain(number));
        }
        "enable_gpu" | "enable_sgx" if value.is_truthy() => {
            let feature = if name == "enable_gpu" {
                "gpu.count"
            } else {
                "cpu.sgx"
            };
            features.set_number(feature, Operator::Equal, Quantity::plain(1));
        }
        "env_variables" => {
            let pairs: Vec<_> = value
                .as_map()
                .into_iter()
                .flatten()
                .map(|(name, value)| format!("{}:{}", name.as_str(), text(value)))
                .collect();
            if !pairs.is_empty() {
                let pairs = pairs.iter().map(String::as_str);
                features.set_list("environment.variables", pairs);
            }
        }
        "exposed" => {
            for (key, value) in value.as_map().into_iter().flatten() {
                features.set_str(&format!("expose.{}", key.as_str()), &text(value));
            }
        }
        "input" | "output" => {
            for (index, place) in value.as_list().unwrap_or_default().iter().enumerate() {
                for (key, part) in [
                    ("storage_provider", "provider"),
                    ("path", "path"),
                    ("suffix", "suffix"),
                    ("prefix", "prefix"),
                ] {
                    if let Some(value) = place.get_some(key) {
                        features.set_str(&format!("{name}.{index}.{part}"), &text(value));
                    }
                }
            }
        }
        "storage_providers" => providers(value, features),
        _ => {}
    }
    Ok(())
}

fn providers(value: &Node, features: &mut Features) {
    for kind in ["minio", "s3", "onedata"] {
        let all = value.get_map(kind).into_iter().flatten();
        for (index, (id, provider)) in all.enumerate() {
            features.set_str(&format!("{kind}.{index}.id"), id.as_str());
            for (key, value) in provider.as_map().into_iter().flatten() {
                let name = format!("{kind}.{index}.{}", key.as_str());
                match &value.value {
                    Value::Bool(truth) => {
                        let truth = Quantity::plain(Number::Bool(*truth));
                        features.set_number(&name, Operator::Equal, truth);
                    }
                    _ => set_value(features, &name, Operator::Equal, value),
                }
            }
        }
    }
}

/// A size with a unit in the short form that clusters use, or in the long one, in bytes.
fn memory(value: &Node) -> Result<Number, ToscaError> {
    let written = text(value);
    let end = written
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(written.len());
    let (digits, unit) = written.split_at(end);
    let factor = unit_factor(unit.trim());
    let whole = Number::parse_int(digits).map(|number| number.scaled(factor));
    let fraction = || {
        let number = digits.parse::<f64>().ok()?;
        Number::from(number * factor as f64)
            .to_i64()
            .map(Number::from)
    };
    whole.or_else(fraction).ok_or_else(|| {
        ToscaError::invalid(format!(
            "Expected a size such as 512Mi as the memory of a function, but found \"{written}\" (line {}).",
            value.line
        ))
    })
}

/// The service as the cluster's own interface describes it.
fn service(node: &NodeTemplate, evaluator: &Evaluator<'_>) -> Result<Json, ToscaError> {
    let mut service = JsonMap::new();
    for (name, given) in &node.properties {
        let value = evaluator.evaluate(given, Scope::Node(node))?;
        if value.is_null() {
            continue;
        }
        let (key, json) = match &**name {
            "memory" => {
                let mebibytes = memory(&value)?.to_f64() / 1_048_576.0;
                ("memory", json!(format!("{}Mi", mebibytes as u64)))
            }
            "cpu" => ("cpu", json!(text(&value))),
            "exposed" if !value.is_truthy() => continue,
            "exposed" => ("expose", to_json(&value)),
            "env_variables" if !value.is_truthy() => continue,
            "env_variables" => ("environment", json!({ "Variables": to_json(&value) })),
            "enable_sgx" if !value.is_truthy() => continue,
            "image_pull_secrets" if !value.is_truthy() => continue,
            other => (other, to_json(&value)),
        };
        service.insert(key.to_owned(), json);
    }
    Ok(Json::Object(service))
}

/// A value as JSON.
pub(crate) fn to_json(value: &Node) -> Json {
    match &value.value {
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Number(Number::Float(number)) => json!(number),
        Value::Number(Number::Bool(truth)) => json!(truth),
        Value::Number(number) => match number.to_i64() {
            Some(whole) if number.is_int() => json!(whole),
            _ => json!(number.to_string()),
        },
        Value::Date(text) | Value::Text(text) => json!(&**text),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(map) => Json::Object(
            map.iter()
                .map(|(key, value)| (key.as_str().to_owned(), to_json(value)))
                .collect(),
        ),
    }
}

/// JSON with a space behind each comma and colon.
fn python_json(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(python_json).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), python_json(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
