//! Where machines go, and in which order they are created.

use im_radl::Radl;

use super::translator::Translator;
use crate::ToscaError;
use crate::functions::{Evaluator, Scope};
use crate::template::NodeTemplate;
use crate::yaml::{Node, text};

/// The policies that say where.
const PLACEMENT: &str = "tosca.policies.Placement";

// === impl Translator ===

impl Translator<'_> {
    /// What the first placement policy that targets a node says under a key.
    pub(super) fn placement(
        &self,
        node: &NodeTemplate,
        key: &str,
        evaluator: &Evaluator<'_>,
    ) -> Result<Option<String>, ToscaError> {
        let topology = self.template.topology();
        let policies = topology.and_then(|it| it.get("policies")?.as_list());
        let groups = topology.and_then(|it| it.get("groups"));
        let each = policies.into_iter().flatten().filter_map(Node::as_map);
        for policy in each.flat_map(|map| map.values()) {
            let kind = policy.get_str("type").unwrap_or_default();
            let entity = self
                .template
                .types
                .entity(kind, crate::types::Prefix::Policy);
            if !entity.is_some_and(|entity| entity.is(PLACEMENT)) {
                continue;
            }
            let names = |list: Option<&Node>| -> Vec<String> {
                let items = list.and_then(Node::as_list).unwrap_or_default();
                items.iter().map(text).collect()
            };
            let targets_node = names(policy.get("targets")).iter().any(|target| {
                *target == *node.name
                    || names(groups.and_then(|it| it.get(target)?.get("members")))
                        .iter()
                        .any(|member| *member == *node.name)
            });
            let value = policy.get("properties").and_then(|it| it.get_some(key));
            if let (true, Some(value)) = (targets_node, value) {
                let value = evaluator.evaluate(value, Scope::Outside)?;
                return Ok(Some(text(&value)));
            }
        }
        Ok(None)
    }

    /// Machines with a public address first, since others may be reached through them; among them the workers last.
    pub(super) fn order_deploys(&mut self) {
        let mut deploys = std::mem::take(&mut self.radl.deploys);
        let radl = &self.radl;
        deploys.sort_by_key(|deploy| match is_public(radl, &deploy.system) {
            true if !deploy.system.contains("wn") => 0,
            true => 1,
            false => 2,
        });
        self.radl.deploys = deploys;
    }
}

fn is_public(radl: &Radl, system: &str) -> bool {
    let connections = radl.system(system).map(|it| it.connections());
    connections.into_iter().flatten().any(|name| {
        radl.network(name)
            .is_some_and(|network| network.is_public())
    })
}
