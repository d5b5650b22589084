//! The recipe of a node: its operations, in the order of their life cycle, put together into one.

use std::sync::Arc;

use im_radl::{Configure, Contextualize, ContextualizeItem, Line};
use indexmap::IndexMap;

use super::playbook::{Playbook, download_tasks, shell_playbook};
use super::step::relationships;
use super::translator::{CONTAINER, FUNCTION, Translator};
use super::variables;
use crate::functions::{Evaluator, Scope, artifacts};
use crate::resolver::is_url;
use crate::template::NodeTemplate;
use crate::yaml::{Bounds, Map, Node, Style, Value, read, text, write};
use crate::{ErrorKind, ToscaError};

/// The operations that are run when a machine is set up, in order.
const ORDER: &[&str] = &[
    "create",
    "pre_configure_source",
    "pre_configure_target",
    "configure",
    "post_configure_source",
    "post_configure_target",
    "start",
    "add_target",
    "add_source",
    "target_changed",
    "remove_target",
];

const OF_SOURCE: &[&str] = &[
    "pre_configure_source",
    "post_configure_source",
    "add_source",
];
const OF_TARGET: &[&str] = &[
    "pre_configure_target",
    "post_configure_target",
    "add_target",
    "target_changed",
    "remove_target",
];
const OF_NODE: &[&str] = &["create", "configure", "start"];

/// What an operation runs.
struct Operation<'a> {
    implementation: Option<&'a Node>,
    inputs: IndexMap<Arc<str>, &'a Node>,
    scope: Scope<'a>,
}

// === impl Translator ===

impl<'a> Translator<'a> {
    /// Adds the recipe of a node, if it has one.
    pub(super) fn recipe(
        &mut self,
        node: &'a NodeTemplate,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let Some(compute) = self.template.compute_of(node) else {
            return Ok(());
        };
        if node.is(CONTAINER) || node.is(FUNCTION) {
            return Ok(());
        }
        let mut operations = operations(
            node.definition.get("interfaces").into_iter(),
            node.entity.definitions(),
            OF_NODE,
            Scope::Node(node),
        );
        let mut contributed = None;
        for (scope, is_source) in relationships(self.template, node) {
            let Scope::Relationship { relationship, .. } = scope else {
                continue;
            };
            let names = if is_source { OF_SOURCE } else { OF_TARGET };
            let found = self::operations(
                relationship.definition.get("interfaces").into_iter(),
                relationship.entity.definitions(),
                names,
                scope,
            );
            if !found.is_empty() {
                contributed = Some(relationship.entity.name());
            }
            operations.extend(found);
        }
        let most = self.template.limits.values;
        evaluator.take_downloads();
        let mut playbook: Option<Playbook> = None;
        for name in ORDER {
            let Some(operation) = operations.get(name) else {
                continue;
            };
            let Some(next) = self.operation(node, name, operation, evaluator)? else {
                continue;
            };
            playbook = Some(match playbook {
                Some(before) => before.followed_by(next, most)?,
                None => next,
            });
        }
        let Some(playbook) = playbook else {
            return Ok(());
        };
        let playbook =
            match Playbook::of_inputs(Map::new(), download_tasks(&evaluator.take_downloads())) {
                Some(before) => before.followed_by(playbook, most)?,
                None => playbook,
            };
        let host = (compute.name != node.name).then(|| format!("{}_", compute.name));
        let relationship = contributed.map(|name| format!("{}_", name.to_lowercase()));
        let id = format!(
            "{}_{}{}conf",
            node.name,
            host.unwrap_or_default(),
            relationship.unwrap_or_default()
        );
        let style = Style {
            width: 256,
            marker: true,
        };
        let recipe = playbook.into_node().map(|plays| write(&plays, style));
        self.radl.put_configure(Configure {
            id: id.as_str().into(),
            recipe: Some(recipe.unwrap_or_default().into()),
            ..Configure::default()
        });
        self.run_at(&compute.name.clone(), &id, node)
    }

    /// Says that a configure runs on a system, at the step of a node.
    pub(super) fn run_at(
        &mut self,
        system: &str,
        configure: &str,
        node: &NodeTemplate,
    ) -> Result<(), ToscaError> {
        let step = self.step(node)?;
        let contextualize = self
            .radl
            .contextualize
            .get_or_insert_with(|| Arc::new(Contextualize::default()));
        Arc::make_mut(contextualize).add_item(ContextualizeItem {
            system: system.into(),
            configure: configure.into(),
            step: Some(step.into()),
            tool: None,
            line: Line::NONE,
        });
        Ok(())
    }

    fn operation(
        &mut self,
        node: &NodeTemplate,
        name: &str,
        operation: &Operation<'_>,
        evaluator: &Evaluator<'_>,
    ) -> Result<Option<Playbook>, ToscaError> {
        let Some(implementation) = operation.implementation else {
            return Ok(None);
        };
        let written = text(&evaluator.evaluate(implementation, operation.scope)?);
        if written.is_empty() {
            return Ok(None);
        }
        let mut variables = Map::new();
        for (key, given) in &operation.inputs {
            let value = evaluator.evaluate(given, operation.scope)?;
            let value = variables::variable(&value).map_err(|reason| {
                ToscaError::invalid(match reason {
                    Some(reason) => format!(
                        "Error parsing YAML: the value of the input {key} of the operation {name} of node {}: {reason} (line {})",
                        node.name, given.line
                    ),
                    None => {
                        format!("input value for {key} in interface {name} of node {} not valid", node.name)
                    }
                })
            })?;
            variables.insert(key.clone().into(), value);
        }
        let address = self.implementation(node, &written, evaluator)?;
        let script = self.fetch(&address, "the implementation script")?;
        let is_recipe = address.ends_with(".yaml") || address.ends_with(".yml");
        let (inputs, playbook) = if is_recipe {
            let bounds = Bounds {
                bytes: self.template.limits.bytes,
                values: self.template.limits.values,
                depth: self.template.limits.depth,
            };
            let document = read(&script, bounds).map_err(|error| {
                ToscaError::invalid(format!("Error parsing YAML: {address}: {error}"))
            })?;
            (variables, Playbook::read(document))
        } else {
            let playbook = shell_playbook(&node.name, name, &address, &script, variables)?;
            (Map::new(), playbook)
        };
        Ok(Some(match Playbook::of_inputs(inputs, Vec::new()) {
            Some(before) => before.followed_by(playbook, self.template.limits.values)?,
            None => playbook,
        }))
    }

    /// The address of an implementation: given, or that of an artifact of the node.
    fn implementation(
        &self,
        node: &NodeTemplate,
        written: &str,
        evaluator: &Evaluator<'_>,
    ) -> Result<String, ToscaError> {
        if is_url(written) {
            return Ok(written.to_owned());
        }
        if let Some(artifact) = artifacts(self.template, node).get(written) {
            let file = text(&evaluator.evaluate(&artifact.file, Scope::Node(node))?);
            let address = artifact.address(&file);
            if is_url(&address) {
                return Ok(address);
            }
        }
        Err(ToscaError::invalid(format!(
            "The implementation '{written}' of an operation of node {} is neither an http or https address nor the name of an artifact with one.",
            node.name
        )))
    }

    /// A document that the template refers to.
    pub(super) fn fetch(&mut self, address: &str, what: &str) -> Result<Arc<str>, ToscaError> {
        self.fetched += 1;
        let most = self.template.limits.documents.saturating_mul(10);
        if self.fetched > most {
            return Err(ToscaError::limit(format!(
                "more than {most} recipes are fetched"
            )));
        }
        if !is_url(address) {
            return Err(ToscaError::invalid(format!(
                "'{address}' is not the http or https address of {what}."
            )));
        }
        self.context.resolver.fetch(address).map_err(|error| {
            let body = if error.body.is_empty() {
                String::new()
            } else {
                format!("\n{}", error.body)
            };
            let text = format!(
                "Error downloading {what} '{address}': {}{body}",
                error.reason
            );
            ToscaError::new(ErrorKind::Unavailable, text)
        })
    }
}

/// The operations of a node or relationship by name, each from the nearest definition that says what it runs. Inputs
/// that a nearer one gives without saying so are added.
fn operations<'a>(
    own: impl Iterator<Item = &'a Node>,
    definitions: impl Iterator<Item = &'a Node>,
    names: &[&'static str],
    scope: Scope<'a>,
) -> IndexMap<&'static str, Operation<'a>> {
    let mut found: IndexMap<&'static str, Operation<'a>> = IndexMap::new();
    let of_types = definitions.filter_map(|definition| definition.get("interfaces"));
    for interfaces in own.chain(of_types) {
        let all = interfaces.as_map().into_iter().flat_map(|map| map.values());
        for interface in all {
            let interface = interface.get("operations").unwrap_or(interface);
            for name in names {
                let Some(definition) = interface.get_some(name) else {
                    continue;
                };
                let operation = found.entry(name).or_insert_with(|| Operation {
                    implementation: None,
                    inputs: IndexMap::new(),
                    scope,
                });
                if operation.implementation.is_some() {
                    continue;
                }
                operation.implementation = implementation_of(definition);
                for (key, value) in definition.get_map("inputs").into_iter().flatten() {
                    operation.inputs.entry(key.shared()).or_insert(value);
                }
            }
        }
    }
    found
}

/// The script or recipe of an operation, given alone, under `implementation`, or under its key `primary`.
fn implementation_of(definition: &Node) -> Option<&Node> {
    if let Value::Text(_) = definition.value {
        return Some(definition);
    }
    let implementation = definition.get_some("implementation")?;
    implementation.get("primary").or(Some(implementation))
}
