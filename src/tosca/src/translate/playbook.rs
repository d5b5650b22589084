//! Recipes as plays, and how one is put behind another.

use crate::ToscaError;
use crate::yaml::{Key, Map, Node, Value};

/// Keys of a play that say where it runs; that is decided elsewhere.
const PLACE: &[&str] = &["hosts", "connection"];

/// A recipe. Without plays if a document was not one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Playbook {
    plays: Option<Vec<Map>>,
}

// === impl Playbook ===

impl Playbook {
    /// The recipe of a document.
    pub(super) fn read(document: Node) -> Self {
        let Value::List(items) = document.value else {
            return Self { plays: None };
        };
        let plays = items.into_iter().map(|item| match item.value {
            Value::Map(mut play) => {
                PLACE.iter().for_each(|key| {
                    play.shift_remove(*key);
                });
                Some(play)
            }
            _ => None,
        });
        Self {
            plays: plays.collect(),
        }
    }

    /// What sets variables and gets files, if there are any.
    pub(super) fn of_inputs(variables: Map, tasks: Vec<Node>) -> Option<Self> {
        let mut play = Map::new();
        if !variables.is_empty() {
            play.insert(Key::text("vars"), Node::from(Value::Map(variables)));
        }
        if !tasks.is_empty() {
            play.insert(Key::text("tasks"), Node::list(tasks));
        }
        (!play.is_empty()).then(|| Self {
            plays: Some(vec![play]),
        })
    }

    /// The first play of this recipe, merged with each play of the next one; with no more values than `most`.
    pub(super) fn followed_by(self, next: Self, most: usize) -> Result<Self, ToscaError> {
        let (Some(before), Some(next)) = (self.plays, next.plays) else {
            return Ok(Self { plays: None });
        };
        let first = before.into_iter().next().unwrap_or_default();
        let size: usize = first.values().map(Node::size).sum();
        if size.saturating_mul(next.len()) > most {
            return Err(ToscaError::limit(format!(
                "a recipe has more than {most} values"
            )));
        }
        let plays = next.into_iter().map(|play| merge(first.clone(), play));
        Ok(Self {
            plays: Some(plays.collect()),
        })
    }

    /// The plays as a document; nothing if a document was not a list of plays.
    pub(super) fn into_node(self) -> Option<Node> {
        let plays = self
            .plays?
            .into_iter()
            .map(|play| Node::from(Value::Map(play)));
        Some(Node::list(plays.collect()))
    }
}

fn merge(mut play: Map, next: Map) -> Map {
    for (key, value) in next {
        let Some(present) = play.get_mut(&key) else {
            play.insert(key, value);
            continue;
        };
        match (&mut present.value, value.value) {
            (Value::Map(present), Value::Map(next)) => present.extend(next),
            (Value::List(present), Value::List(next)) => present.extend(next),
            (_, next) => {
                let first = std::mem::replace(present, Node::NULL);
                *present = Node::list(vec![first, Node::from(next)]);
            }
        }
    }
    play
}

/// Tasks that get files onto the machine.
pub(super) fn download_tasks(addresses: &[String]) -> Vec<Node> {
    addresses
        .iter()
        .map(|address| {
            let base = address.rsplit('/').next().unwrap_or_default();
            Node::map([
                ("name", Node::text(format!("Download artifact {address}"))),
                (
                    "get_url",
                    Node::text(format!("dest=/tmp/{base} url='{address}'")),
                ),
            ])
        })
        .collect()
}

/// A recipe that copies a shell script and runs it. The script stands inside one plain value, so it has one line.
pub(super) fn shell_playbook(
    node: &str,
    operation: &str,
    address: &str,
    script: &str,
    environment: Map,
) -> Result<Playbook, ToscaError> {
    if script.contains('\n') {
        return Err(ToscaError::invalid(format!(
            "Error parsing YAML: the script {address} of the operation {operation} of node {node} has more than one line. Expected a script of one line without a line break at its end, or a recipe."
        )));
    }
    let base = address.rsplit('/').next().unwrap_or_default();
    let name = format!("{node}_{operation}");
    let copy = Node::map([
        (
            "name",
            Node::text(format!("Copy contents of script of interface {name}")),
        ),
        (
            "copy",
            Node::text(format!("dest=/tmp/{base} content='{script}' mode=0755")),
        ),
    ]);
    let mut run = vec![
        ("name", Node::text(name)),
        ("shell", Node::text(format!("/tmp/{base}"))),
    ];
    if !environment.is_empty() {
        run.push(("environment", Node::from(Value::Map(environment))));
    }
    let play = Node::map([("tasks", Node::list(vec![copy, Node::map(run)]))]);
    Ok(Playbook::read(Node::list(vec![play])))
}
