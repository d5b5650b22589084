//! From a document to a template: everything is checked, and all faults are reported together.

use std::sync::Arc;

use indexmap::IndexMap;

use super::import::Imports;
use super::{Capability, NodeTemplate, Relationship, Requirement, Template};
use crate::error::Problem;
use crate::types::{Entity, Prefix, Registry};
use crate::validate::{self, Report};
use crate::yaml::{KeyKind, Map, Node};
use crate::{Limits, ToscaError};

/// The versions of the language that are read.
const VERSIONS: &[&str] = &[
    "tosca_simple_yaml_1_0",
    "tosca_simple_yaml_1_2",
    "tosca_simple_yaml_1_3",
    "tosca_simple_profile_for_mec_1_0_0",
    "tosca_simple_profile_for_nfv_1_0_0",
];

/// Versions that the list in the message leaves out.
const ALSO: &[&str] = &["tosca_simple_yaml_1_1"];

/// The keys a document may have.
const KEYS: &[&str] = &[
    "tosca_definitions_version",
    "tosca_default_namespace",
    "template_name",
    "topology_template",
    "template_author",
    "template_version",
    "description",
    "imports",
    "dsl_definitions",
    "node_types",
    "relationship_types",
    "relationship_templates",
    "capability_types",
    "artifact_types",
    "datatype_definitions",
    "data_types",
    "interface_types",
    "policy_types",
    "group_types",
    "repositories",
    "metadata",
    "namespace",
    "profile",
];

/// The keys a topology may have.
const TOPOLOGY_KEYS: &[&str] = &[
    "description",
    "inputs",
    "node_templates",
    "relationship_templates",
    "outputs",
    "groups",
    "substitution_mappings",
    "policies",
    "workflows",
];

pub(super) fn build(
    document: Node,
    mut imports: Imports<'_>,
    limits: &Limits,
) -> Result<Template, ToscaError> {
    let mut report = Report::default();
    top(&document, &mut report);
    let types = imports.types(&document)?;
    imports
        .problems
        .drain(..)
        .for_each(|problem| report.push(problem));
    let mut template = Template {
        document,
        generated: Vec::new(),
        limits: limits.clone(),
        types: Arc::new(types),
        nodes: IndexMap::new(),
        hosts: Vec::new(),
    };
    let topology = template.topology().cloned().unwrap_or(Node::NULL);
    validate::keys(
        &topology,
        TOPOLOGY_KEYS,
        "Template",
        "topology_template",
        &mut report,
    );
    validate::inputs(&topology, &template.types, &mut report);
    template.nodes = nodes(&topology, &template, &mut report)?;
    template.find_hosts();
    validate::topology(&template, &topology, &mut report);
    let problems = report.finish();
    if !problems.is_empty() {
        return Err(ToscaError::problems(&problems));
    }
    if topology.as_map().is_none_or(Map::is_empty) {
        return Err(ToscaError::parsing(
            "expected a topology with nodes under topology_template.node_templates, but there is none",
        ));
    }
    Ok(template)
}

fn top(document: &Node, report: &mut Report) {
    match document.get_some("tosca_definitions_version") {
        None => report.push(Problem {
            class: "MissingRequiredFieldError",
            message: "Template is missing required field \"tosca_definitions_version\".".into(),
            path: String::new(),
            line: document.line,
        }),
        Some(version) => {
            let text = version.as_str().unwrap_or_default();
            if !VERSIONS.contains(&text) && !ALSO.contains(&text) {
                report.push(Problem {
                    class: "InvalidTemplateVersion",
                    message: format!(
                        "The template version \"{}\" is invalid. Valid versions are \"{}\".",
                        crate::yaml::text(version),
                        VERSIONS.join("\", \"")
                    ),
                    path: "tosca_definitions_version".into(),
                    line: version.line,
                });
            }
        }
    }
    validate::keys(document, KEYS, "Template", "", report);
}

fn nodes(
    topology: &Node,
    template: &Template,
    report: &mut Report,
) -> Result<IndexMap<Arc<str>, NodeTemplate>, ToscaError> {
    let mut found = IndexMap::new();
    let Some(definitions) = topology.get_some("node_templates") else {
        return Ok(found);
    };
    let Some(map) = definitions.as_map() else {
        report.push(Problem {
            class: "TypeMismatchError",
            message: "node_templates must be of type \"dict\".".into(),
            path: "topology_template.node_templates".into(),
            line: definitions.line,
        });
        return Ok(found);
    };
    let most = template.limits.nodes;
    if map.len() > most {
        return Err(ToscaError::limit(format!(
            "the topology has more than {most} nodes"
        )));
    }
    let (mut size, mut needs) = (0, 0);
    for (key, definition) in map {
        if key.kind() != KeyKind::Text || !is_name(key.as_str()) {
            report.push(Problem {
                class: "ValidationError",
                message: format!(
                    "\"{}\" cannot be the name of a node: expected letters, digits, '_', '-' and '.', at most 128.",
                    key.as_str()
                ),
                path: "topology_template.node_templates".into(),
                line: definition.line,
            });
            continue;
        }
        let path = format!("topology_template.node_templates.{}", key.as_str());
        let problem = |class, message: String| Problem {
            class,
            message,
            path: format!("{path}.type"),
            line: definition.line,
        };
        let Some(kind) = definition.get_str("type") else {
            let message = format!(
                "Template \"{}\" is missing required field \"type\".",
                key.as_str()
            );
            report.push(problem("MissingRequiredFieldError", message));
            continue;
        };
        let Some(entity) = template.types.entity(kind, Prefix::Node) else {
            let message = format!("Type \"{kind}\" is not a valid type.");
            report.push(problem("InvalidTypeError", message));
            continue;
        };
        let mut node = NodeTemplate {
            name: key.shared(),
            definition: definition.clone(),
            properties: with_defaults(definition.get_map("properties"), &entity),
            capabilities: capabilities(definition, &entity, &template.types),
            requirements: requirements(definition, topology, &entity, &template.types),
            entity,
        };
        validate::node(&mut node, &template.types, &path, report);
        size += size_of_node(&node) + report.take_filled();
        needs += node.requirements.len();
        if size > template.limits.values.saturating_mul(2) {
            return Err(ToscaError::limit(
                "the nodes have too many values with the defaults of their types",
            ));
        }
        if needs > template.limits.requirements {
            let most = template.limits.requirements;
            return Err(ToscaError::limit(format!(
                "the nodes have more than {most} requirements"
            )));
        }
        found.insert(node.name.clone(), node);
    }
    Ok(found)
}

fn size_of_node(node: &NodeTemplate) -> usize {
    let of_capabilities = node.capabilities.values().map(|it| &it.properties);
    std::iter::once(&node.properties)
        .chain(of_capabilities)
        .flat_map(IndexMap::values)
        .map(Node::size)
        .sum()
}

/// Names go into the language of the translation, into host names and into recipes, so they follow a grammar.
fn is_name(name: &str) -> bool {
    (1..=128).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn with_defaults(given: Option<&Map>, entity: &Entity) -> IndexMap<Arc<str>, Node> {
    let mut values: IndexMap<Arc<str>, Node> = IndexMap::new();
    for (name, value) in given.into_iter().flatten() {
        values.insert(name.shared(), value.clone());
    }
    for (name, schema) in &entity.properties {
        if let Some(default) = &schema.default {
            values
                .entry(name.clone())
                .or_insert_with(|| default.clone());
        }
    }
    values
}

fn capabilities(
    definition: &Node,
    entity: &Entity,
    types: &Registry,
) -> IndexMap<Arc<str>, Capability> {
    let of_type = entity.entries("capabilities");
    let given = definition.get_map("capabilities");
    let names = given
        .into_iter()
        .flat_map(Map::keys)
        .map(|key| key.shared());
    let mut found = IndexMap::new();
    for name in names.chain(of_type.keys().cloned()) {
        let Some(declared) = of_type.get(&name) else {
            continue;
        };
        let kind = declared.as_str().or_else(|| declared.get_str("type"));
        let Some(entity) = kind.and_then(|kind| types.entity(kind, Prefix::Capability)) else {
            continue;
        };
        found.entry(name.clone()).or_insert_with(|| {
            let given = given.and_then(|given| given.get(&*name));
            let properties = given.and_then(|given| given.get_map("properties"));
            let mut properties = with_defaults(properties, &entity);
            for (name, value) in declared.get_map("properties").into_iter().flatten() {
                if let Some(default) = value.get_some("default") {
                    properties
                        .entry(name.shared())
                        .or_insert_with(|| default.clone());
                }
            }
            Capability { entity, properties }
        });
    }
    found
}

fn requirements(
    definition: &Node,
    topology: &Node,
    entity: &Entity,
    types: &Registry,
) -> Vec<Requirement> {
    let declared = entity.requirements();
    let list = definition.get("requirements").and_then(Node::as_list);
    let mut found = Vec::new();
    for (name, value) in list
        .into_iter()
        .flatten()
        .filter_map(Node::as_map)
        .flatten()
    {
        let target = value.as_str().or_else(|| value.get_str("node"));
        let of_type = declared
            .iter()
            .find(|(known, _)| **known == *name.as_str())
            .and_then(|(_, node)| node.get_some("relationship"));
        let given = value.get_some("relationship");
        let relationship = given.or(of_type);
        let template = given
            .and_then(Node::as_str)
            .and_then(|name| topology.get("relationship_templates")?.get(name));
        let definition = template.or(given.filter(|given| given.as_map().is_some()));
        let kind = template
            .and_then(|template| template.get_str("type"))
            .or_else(|| relationship.and_then(|it| it.as_str().or_else(|| it.get_str("type"))));
        let relationship = kind
            .and_then(|kind| types.entity(kind, Prefix::Relationship))
            .map(|entity| Relationship {
                properties: with_defaults(
                    definition.and_then(|it| it.get_map("properties")),
                    &entity,
                ),
                definition: definition.cloned().unwrap_or(Node::NULL),
                entity,
            });
        found.push(Requirement {
            name: name.shared(),
            target: target.map(Arc::from),
            relationship,
            line: value.line,
        });
    }
    found
}
