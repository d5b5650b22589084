//! How many machines, and which of the present ones go.

use im_radl::{Deploy, Number};

use super::translator::Translator;
use crate::ToscaError;
use crate::functions::{Evaluator, Scope};
use crate::template::NodeTemplate;
use crate::yaml::{Node, text};

/// A machine that an infrastructure has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingMachine {
    /// Its id in the infrastructure.
    pub id: u32,
    /// The id of its system.
    pub system: String,
    /// When it was created, in seconds since the epoch.
    pub created: i64,
}

// === impl Translator ===

impl Translator<'_> {
    /// Adds the deploy of a system for the machines that are missing, or the removal of those that are too many.
    pub(super) fn deploy(
        &mut self,
        node: &NodeTemplate,
        system: &str,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let wanted = self.wanted(node, evaluator)?;
        let mut present: Vec<_> = self
            .context
            .existing
            .iter()
            .filter(|machine| machine.system == system)
            .collect();
        let count = present.len() as u64;
        if wanted > count {
            let mut deploy = Deploy::new(system, wanted - count);
            deploy.cloud_id = self.placement(node, "cloud_id", evaluator)?.map(Into::into);
            self.radl.deploys.push(deploy);
        } else if wanted < count {
            let surplus = usize::try_from(count - wanted).unwrap_or(usize::MAX);
            let listed = removal_list(node, evaluator)?;
            let there = |id: &u32| self.context.existing.iter().any(|it| it.id == *id);
            let left: Vec<u32> = listed.iter().copied().filter(there).collect();
            if left.len() >= surplus {
                // Lists of documents laid over each other are joined: what an earlier one has removed is passed over.
                self.removal.extend(left.into_iter().take(surplus));
            } else if listed.is_empty() {
                present.sort_by_key(|machine| machine.created);
                let oldest = present.iter().take(surplus);
                self.removal.extend(oldest.map(|machine| machine.id));
            } else {
                self.removal.extend(listed.into_iter().take(surplus));
            }
        }
        Ok(())
    }

    fn wanted(&self, node: &NodeTemplate, evaluator: &Evaluator<'_>) -> Result<u64, ToscaError> {
        let Some(scalable) = node.capabilities.get("scalable") else {
            return Ok(1);
        };
        for name in ["count", "default_instances", "min_instances"] {
            let Some(value) = scalable.properties.get(name) else {
                continue;
            };
            let value = evaluator.evaluate(value, Scope::Node(node))?;
            if value.is_null() {
                continue;
            }
            let place = || format!("{name} of the capability scalable of node {}", node.name);
            let number = number(&value).and_then(|number| number.to_u64());
            let Some(number) = number else {
                return Err(ToscaError::invalid(format!(
                    "Expected a whole number, not negative, as {}, but found \"{}\" (line {}).",
                    place(),
                    text(&value),
                    value.line
                )));
            };
            let most = self.template.limits.machines;
            if number > most {
                return Err(ToscaError::limit(format!(
                    "{number} machines are asked for by {}, more than {most}",
                    place()
                )));
            }
            return Ok(number);
        }
        Ok(1)
    }
}

fn removal_list(node: &NodeTemplate, evaluator: &Evaluator<'_>) -> Result<Vec<u32>, ToscaError> {
    let list = node
        .capabilities
        .get("scalable")
        .and_then(|scalable| scalable.properties.get("removal_list"));
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let list = evaluator.evaluate(list, Scope::Node(node))?;
    let ids = list.as_list().unwrap_or_default().iter().map(|id| {
        text(id).trim().parse::<u32>().map_err(|_| {
            ToscaError::invalid(format!(
                "Expected ids of machines in removal_list of node {}, but found \"{}\" (line {}).",
                node.name,
                text(id),
                id.line
            ))
        })
    });
    ids.collect()
}

fn number(value: &Node) -> Option<Number> {
    match value.as_number() {
        Some(number) => Some(number.clone()),
        None => Number::parse_int(value.as_str()?.trim()),
    }
}
