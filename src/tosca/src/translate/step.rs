//! When recipes run: after those of the nodes they need.

use std::collections::HashSet;
use std::sync::Arc;

use super::translator::Translator;
use crate::functions::Scope;
use crate::template::NodeTemplate;
use crate::{Template, ToscaError};

/// Relationships whose targets come first.
const FIRST: &[&str] = &[
    "tosca.relationships.HostedOn",
    "tosca.relationships.DependsOn",
    "tosca.relationships.ConnectsTo",
];

// === impl Translator ===

impl<'a> Translator<'a> {
    /// The step of a node: 1, or one more than that of the latest node it needs. Nodes that need each other are
    /// refused.
    pub(super) fn step(&mut self, node: &NodeTemplate) -> Result<u32, ToscaError> {
        let mut open: HashSet<Arc<str>> = HashSet::new();
        let mut stack = vec![node.name.clone()];
        while let Some(name) = stack.last().cloned() {
            let Some(next) = self.template.node(&name) else {
                stack.pop();
                continue;
            };
            let mut latest = 0;
            let mut missing = Vec::new();
            if !self.steps.contains_key(&name) {
                for needed in needs(self.template, next) {
                    match self.steps.get(&needed.name) {
                        Some(step) => latest = latest.max(*step),
                        None => missing.push(needed.name.clone()),
                    }
                }
            }
            if missing.is_empty() {
                self.steps.entry(name.clone()).or_insert(latest + 1);
                open.remove(&name);
                stack.pop();
                continue;
            }
            let closes = missing
                .iter()
                .find(|other| **other == name || open.contains(*other));
            if let Some(closes) = closes {
                return Err(ToscaError::invalid(format!(
                    "The nodes {name} and {closes} need each other: their requirements go in a circle."
                )));
            }
            open.insert(name);
            stack.extend(missing);
        }
        Ok(self.steps.get(&node.name).copied().unwrap_or(1))
    }
}

fn needs<'a>(
    template: &'a Template,
    node: &'a NodeTemplate,
) -> impl Iterator<Item = &'a NodeTemplate> {
    node.requirements
        .iter()
        .filter(|requirement| FIRST.iter().any(|kind| requirement.is(kind)))
        .filter_map(|requirement| template.node(requirement.target.as_deref()?))
}

/// The relationships a node takes part in, with the scope of their functions and whether the node is the source.
pub(super) fn relationships<'a>(
    template: &'a Template,
    node: &'a NodeTemplate,
) -> Vec<(Scope<'a>, bool)> {
    let mut found = Vec::new();
    for source in template.nodes.values() {
        for requirement in &source.requirements {
            let target = requirement
                .target
                .as_deref()
                .and_then(|name| template.node(name));
            let (Some(target), Some(relationship)) = (target, &requirement.relationship) else {
                continue;
            };
            let is_source = source.name == node.name;
            if is_source || target.name == node.name {
                let scope = Scope::Relationship {
                    source,
                    target,
                    relationship,
                };
                found.push((scope, is_source));
            }
        }
    }
    found
}
