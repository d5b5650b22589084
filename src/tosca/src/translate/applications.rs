//! Roles and collections of Ansible that the machines of a node need.

use std::collections::HashSet;
use std::sync::Arc;

use im_radl::{Features, Nested};

use super::translator::Translator;
use crate::functions::{Evaluator, Scope, artifacts};
use crate::template::NodeTemplate;
use crate::yaml::text;
use crate::{Template, ToscaError};

const KINDS: &[(&str, &str)] = &[
    (
        "tosca.artifacts.AnsibleGalaxy.collection",
        "ansible.collections.",
    ),
    ("tosca.artifacts.AnsibleGalaxy.role", "ansible.roles."),
];

// === impl Translator ===

impl Translator<'_> {
    /// Adds what the artifacts of the nodes on a machine, and of the nodes those need, ask for.
    pub(super) fn applications(
        &self,
        compute: &NodeTemplate,
        features: &mut Features,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let mut walk = Walk {
            template: self.template,
            seen: HashSet::new(),
            order: Vec::new(),
        };
        for node in self.template.nodes.values() {
            let on = self.template.compute_of(node);
            if on.is_some_and(|on| on.name == compute.name) {
                walk.visit(node);
            }
        }
        for (kind, prefix) in KINDS {
            for node in &walk.order {
                for artifact in artifacts(self.template, node).values() {
                    if artifact.kind != *kind {
                        continue;
                    }
                    let file = evaluator.evaluate(&artifact.file, Scope::Node(node))?;
                    if file.is_null() {
                        continue;
                    }
                    let mut nested = Nested::default();
                    nested
                        .features
                        .set_str("name", &format!("{prefix}{}", text(&file)));
                    let name: Arc<str> = "disk.0.applications".into();
                    // The same name again adds nothing.
                    let _ = features.add_contained(&name, nested);
                }
            }
        }
        Ok(())
    }
}

/// A walk over nodes and those they need, each once.
struct Walk<'a> {
    template: &'a Template,
    seen: HashSet<Arc<str>>,
    order: Vec<&'a NodeTemplate>,
}

// === impl Walk ===

impl<'a> Walk<'a> {
    fn visit(&mut self, node: &'a NodeTemplate) {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if !self.seen.insert(node.name.clone()) {
                continue;
            }
            self.order.push(node);
            let targets = node.requirements.iter().rev();
            open.extend(targets.filter_map(|it| self.template.node(it.target.as_deref()?)));
        }
    }
}
