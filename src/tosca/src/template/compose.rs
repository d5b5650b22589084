//! Documents that build on a whole template: an import of the form `template_file: NAME`.

use super::import::{Imports, relative_name};
use super::merge::lay_over;
use crate::resolver::is_url;
use crate::yaml::{Key, Map, Node, Value};
use crate::{ErrorKind, ToscaError};

/// How deep templates may build on each other.
const DEEPEST: usize = 10;

/// The document with the templates it builds on laid under it.
pub(super) fn compose(document: Node, imports: &mut Imports<'_>) -> Result<Node, ToscaError> {
    compose_at(document, imports, 0)
}

fn compose_at(document: Node, imports: &mut Imports<'_>, depth: usize) -> Result<Node, ToscaError> {
    let names = parents(&document);
    if names.is_empty() {
        return Ok(document);
    }
    if depth >= DEEPEST {
        return Err(ToscaError::limit(format!(
            "templates build on each other more than {DEEPEST} deep"
        )));
    }
    let mut composed = Node::from(Value::Map(Map::new()));
    for name in names {
        let url = address(&name, imports)?;
        let parent = imports.load(&url)?.map_err(|reason| {
            ToscaError::new(
                ErrorKind::Unavailable,
                format!("Error parsing TOSCA template: {reason}"),
            )
        })?;
        if parent.as_map().is_none() {
            return Err(ToscaError::parsing(format!(
                "{url} is not a template: expected a mapping"
            )));
        }
        let parent = compose_at(parent, imports, depth + 1)?;
        composed = lay_over(&composed, &parent);
    }
    Ok(lay_over(&composed, &own_part(document, &composed)))
}

fn parents(document: &Node) -> Vec<String> {
    let imports = document.get("imports").and_then(Node::as_list);
    imports
        .into_iter()
        .flatten()
        .filter_map(|import| import.get_str("template_file"))
        .map(str::to_owned)
        .collect()
}

fn address(name: &str, imports: &Imports<'_>) -> Result<String, ToscaError> {
    match (is_url(name), imports.resolver.template_repository()) {
        (true, Some(base)) if !name.starts_with(base) => Err(ToscaError::parsing(format!(
            "The TOSCA template must be imported from the TOSCA repository: {base}"
        ))),
        (true, _) => Ok(name.to_owned()),
        (false, Some(base)) => Ok(format!("{base}{name}")),
        (false, None) => Err(ToscaError::parsing(relative_name(name))),
    }
}

/// The document without the imports of templates, and with inputs that are plain values turned into defaults.
fn own_part(mut document: Node, below: &Node) -> Node {
    let Value::Map(map) = &mut document.value else {
        return document;
    };
    if let Some(imports) = map.get_mut("imports")
        && let Value::List(items) = &mut imports.value
    {
        items.retain(|import| import.get("template_file").is_none());
    }
    let is_done = map
        .get("imports")
        .and_then(Node::as_list)
        .is_some_and(<[Node]>::is_empty);
    if is_done {
        map.shift_remove("imports");
    }
    let inputs = map
        .get_mut("topology_template")
        .and_then(|topology| match &mut topology.value {
            Value::Map(topology) => topology.get_mut("inputs"),
            _ => None,
        });
    let known = below
        .get("topology_template")
        .and_then(|it| it.get_map("inputs"));
    if let Some(Node {
        value: Value::Map(inputs),
        ..
    }) = inputs
    {
        for (name, input) in inputs.iter_mut() {
            let is_known = known.is_some_and(|known| known.contains_key(name));
            if is_known && input.as_map().is_none() {
                let mut entries = Map::new();
                entries.insert(Key::text("default"), input.clone());
                *input = Node::from(Value::Map(entries)).at(input.line);
            }
        }
    }
    document
}
