//! Evaluation. Every call is counted and every text bounded, so that functions which refer to each other end.

use std::cell::{Cell, RefCell};

use im_radl::Number;

use super::{artifacts, call};
use crate::template::{NodeTemplate, Relationship};
use crate::yaml::{Key, Map, Node, Value, text};
use crate::{Template, ToscaError};

/// The default that stands for the token of whoever asks.
const ACCESS_TOKEN: &str = "access_token()";

/// How deep calls may lie in each other.
const DEEPEST: usize = 100;

/// Where `get_attribute` gets its values from.
pub(crate) trait Attributes {
    /// The attribute of a node: its name, or a capability or requirement and a name, then indices. Nothing if it has
    /// no value here.
    fn attribute(
        &self,
        evaluator: &Evaluator<'_>,
        node: &NodeTemplate,
        path: &[Node],
    ) -> Result<Node, ToscaError>;
}

/// What `SELF`, `HOST`, `SOURCE` and `TARGET` mean.
#[derive(Clone, Copy)]
pub(crate) enum Scope<'a> {
    /// A node.
    Node(&'a NodeTemplate),
    /// A relationship between two nodes.
    Relationship {
        source: &'a NodeTemplate,
        target: &'a NodeTemplate,
        relationship: &'a Relationship,
    },
    /// Neither: an output.
    Outside,
}

/// Evaluates functions of one template.
pub(crate) struct Evaluator<'a> {
    pub(crate) template: &'a Template,
    token: Option<&'a str>,
    attributes: &'a dyn Attributes,
    calls: Cell<usize>,
    depth: Cell<usize>,
    /// Addresses of artifacts that `get_artifact` named since they were last taken.
    downloads: RefCell<Vec<String>>,
}

// === impl Evaluator ===

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        template: &'a Template,
        token: Option<&'a str>,
        attributes: &'a dyn Attributes,
    ) -> Self {
        Self {
            template,
            token,
            attributes,
            calls: Cell::new(0),
            depth: Cell::new(0),
            downloads: RefCell::new(Vec::new()),
        }
    }

    /// The artifacts that were named since the last time, each once.
    pub(crate) fn take_downloads(&self) -> Vec<String> {
        self.downloads.take()
    }

    /// A value with every call in it replaced by what it gives.
    pub(crate) fn evaluate(&self, value: &Node, scope: Scope<'_>) -> Result<Node, ToscaError> {
        let line = value.line;
        let deep = self.depth.get() + 1;
        if deep > DEEPEST {
            return Err(ToscaError::limit(format!(
                "functions lie more than {DEEPEST} deep in each other (line {line}); do they refer to themselves?"
            )));
        }
        self.spend(1)?;
        self.depth.set(deep);
        let result = self.dispatch(value, scope);
        self.depth.set(deep - 1);
        let result = result?.at(line);
        self.spend(result.as_str().map_or(0, |text| text.len() / 64))?;
        Ok(result)
    }

    fn dispatch(&self, value: &Node, scope: Scope<'_>) -> Result<Node, ToscaError> {
        if let Some((name, arguments)) = call(value) {
            return match name {
                "get_input" => self.input(&arguments),
                "get_property" => self.property(&arguments, scope),
                "get_attribute" => self.attribute(&arguments, scope),
                "get_artifact" => self.artifact(&arguments, scope),
                "concat" => self.concat(&arguments, scope),
                "token" => self.token(&arguments, scope),
                _ => Ok(Node::NULL),
            };
        }
        Ok(match &value.value {
            Value::List(items) => {
                let items = items.iter().map(|item| self.evaluate(item, scope));
                Node::list(items.collect::<Result<_, _>>()?)
            }
            Value::Map(map) => {
                let mut evaluated = Map::new();
                for (key, item) in map {
                    evaluated.insert(key.clone(), self.evaluate(item, scope)?);
                }
                Node::from(Value::Map(evaluated))
            }
            _ => value.clone(),
        })
    }

    fn input(&self, arguments: &[&Node]) -> Result<Node, ToscaError> {
        let name = arguments.first().map(|name| text(name)).unwrap_or_default();
        let inputs = self.template.topology().and_then(|it| it.get("inputs"));
        let default = inputs
            .and_then(|inputs| inputs.get(&name)?.get("default"))
            .unwrap_or(&Node::NULL);
        self.spend(default.size())?;
        let default = default.clone();
        let value = match (default.as_str(), self.token) {
            (Some(ACCESS_TOKEN), Some(token)) => Node::text(token),
            _ => default,
        };
        let rest: Vec<Node> = arguments.iter().skip(1).map(|it| (*it).clone()).collect();
        Ok(index(value, &rest))
    }

    fn property(&self, arguments: &[&Node], scope: Scope<'_>) -> Result<Node, ToscaError> {
        let Some((entity, path)) = arguments.split_first() else {
            return Ok(Node::NULL);
        };
        let path = self.path(path, scope)?;
        let name = entity.as_str().unwrap_or_default();
        match (name, scope) {
            ("SELF", Scope::Relationship { relationship, .. }) => {
                let Some((first, rest)) = path.split_first() else {
                    return Ok(Node::NULL);
                };
                let value = relationship.properties.get(text(first).as_str());
                let value = value.map_or(Ok(Node::NULL), |value| self.evaluate(value, scope))?;
                Ok(index(value, rest))
            }
            ("HOST", _) => {
                let Some(node) = self.named("SELF", scope) else {
                    return Ok(Node::NULL);
                };
                for host in self.template.hosts(node) {
                    let value = self.property_of(host, &path)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Node::NULL)
            }
            _ => match self.named(name, scope) {
                Some(node) => self.property_of(node, &path),
                None => Ok(Node::NULL),
            },
        }
    }

    /// A property of a node, or of a capability of it or of the node that fulfils a requirement.
    pub(crate) fn property_of(
        &self,
        node: &NodeTemplate,
        path: &[Node],
    ) -> Result<Node, ToscaError> {
        let Some((first, rest)) = path.split_first() else {
            return Ok(Node::NULL);
        };
        let first = text(first);
        if let Some(value) = node.properties.get(first.as_str()) {
            let value = self.evaluate(value, Scope::Node(node))?;
            return Ok(index(value, rest));
        }
        let Some((name, rest)) = rest.split_first() else {
            return Ok(Node::NULL);
        };
        let name = text(name);
        let requirement = node.requirements.iter().find(|it| *it.name == *first);
        let target = requirement.and_then(|it| self.template.node(it.target.as_deref()?));
        for owner in target.into_iter().chain([node]) {
            let capability = owner.capabilities.get(first.as_str());
            if let Some(value) = capability.and_then(|it| it.properties.get(name.as_str())) {
                let value = self.evaluate(value, Scope::Node(owner))?;
                return Ok(index(value, rest));
            }
        }
        Ok(Node::NULL)
    }

    fn attribute(&self, arguments: &[&Node], scope: Scope<'_>) -> Result<Node, ToscaError> {
        let Some((entity, path)) = arguments.split_first() else {
            return Ok(Node::NULL);
        };
        let path = self.path(path, scope)?;
        let name = entity.as_str().unwrap_or_default();
        if name != "HOST" {
            return match self.named(name, scope) {
                Some(node) => self.attributes.attribute(self, node, &path),
                None => Ok(Node::NULL),
            };
        }
        let Some(node) = self.named("SELF", scope) else {
            return Ok(Node::NULL);
        };
        let wanted = path.first().map(text).unwrap_or_default();
        let has = |host: &&NodeTemplate| {
            host.entity.entry("attributes", &wanted).is_some()
                || host.properties.contains_key(wanted.as_str())
                || host.capabilities.contains_key(wanted.as_str())
        };
        let mut hosts = self.template.hosts(node);
        match hosts.find(has) {
            Some(host) => self.attributes.attribute(self, host, &path),
            None => Ok(Node::NULL),
        }
    }

    fn artifact(&self, arguments: &[&Node], scope: Scope<'_>) -> Result<Node, ToscaError> {
        let (Some(entity), Some(name)) = (arguments.first(), arguments.get(1)) else {
            return Ok(Node::NULL);
        };
        let Some(node) = self.named(entity.as_str().unwrap_or_default(), scope) else {
            return Ok(Node::NULL);
        };
        let all = artifacts(self.template, node);
        let Some(artifact) = all.get(text(name).as_str()) else {
            return Ok(Node::NULL);
        };
        let file = text(&self.evaluate(&artifact.file, Scope::Node(node))?);
        let address = artifact.address(&file);
        let base = address.rsplit('/').next().unwrap_or_default();
        let place = Node::text(format!("/tmp/{base}"));
        let mut downloads = self.downloads.borrow_mut();
        if !downloads.contains(&address) {
            downloads.push(address);
        }
        Ok(place)
    }

    fn concat(&self, arguments: &[&Node], scope: Scope<'_>) -> Result<Node, ToscaError> {
        let mut joined = String::new();
        for argument in arguments {
            let value = self.evaluate(argument, scope)?;
            joined.push_str(&text(&value));
            self.bounded(&joined)?;
        }
        Ok(Node::text(joined))
    }

    fn token(&self, arguments: &[&Node], scope: Scope<'_>) -> Result<Node, ToscaError> {
        let [whole, separator, index] = arguments else {
            return Ok(Node::NULL);
        };
        let whole = self.evaluate(whole, scope)?;
        if whole.is_null() {
            return Ok(Node::NULL);
        }
        let whole = text(&whole);
        let separator = text(&self.evaluate(separator, scope)?);
        let index = self.evaluate(index, scope)?;
        let wanted = text(&index).trim().parse::<usize>().ok();
        let part = match wanted {
            Some(wanted) if !separator.is_empty() => whole.split(&*separator).nth(wanted),
            _ => None,
        };
        Ok(part.map_or(Node::NULL, Node::text))
    }

    fn path(&self, path: &[&Node], scope: Scope<'_>) -> Result<Vec<Node>, ToscaError> {
        path.iter().map(|part| self.evaluate(part, scope)).collect()
    }

    fn named<'s>(&self, name: &str, scope: Scope<'s>) -> Option<&'s NodeTemplate>
    where
        'a: 's,
    {
        match (name, scope) {
            ("SELF", Scope::Node(node)) => Some(node),
            ("SELF" | "SOURCE", Scope::Relationship { source, .. }) => Some(source),
            ("TARGET", Scope::Relationship { target, .. }) => Some(target),
            (name, _) => self.template.node(name),
        }
    }

    /// Counts what was given.
    fn spend(&self, values: usize) -> Result<(), ToscaError> {
        let calls = self.calls.get().saturating_add(values);
        self.calls.set(calls);
        let most = self.template.limits.calls;
        if calls > most {
            return Err(ToscaError::limit(format!(
                "functions give more than {most} values, or pieces of 64 bytes of text"
            )));
        }
        Ok(())
    }

    fn bounded(&self, text: &str) -> Result<(), ToscaError> {
        let most = self.template.limits.text;
        if text.len() > most {
            return Err(ToscaError::limit(format!(
                "a text becomes longer than {most} bytes"
            )));
        }
        Ok(())
    }
}

/// The part of a value that indices and keys lead to.
pub(crate) fn index(value: Node, path: &[Node]) -> Node {
    let mut value = value;
    for part in path {
        let next = match (&value.value, &part.value) {
            (Value::List(items), _) => {
                let wanted = match part.as_number().and_then(Number::to_u64) {
                    Some(wanted) => usize::try_from(wanted).ok(),
                    None => text(part).parse().ok(),
                };
                wanted.and_then(|wanted| items.get(wanted))
            }
            (Value::Map(map), _) => map
                .get(text(part).as_str())
                .or_else(|| map.get(&Key::other(text(part)))),
            _ => None,
        };
        value = next.cloned().unwrap_or(Node::NULL);
    }
    value
}
