//! From what is to what is to be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::ServerState;

/// How far the life of a node has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Life {
    /// It works.
    Alive,
    /// It gives up what it owns.
    Draining,
    /// It ended by itself.
    Gone,
    /// It was declared dead.
    Dead,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Its name.
    pub name: String,
    /// Where its REST API listens.
    pub address: String,
    /// The id that it must have as a server; 0: any.
    pub id: u32,
    /// How far its life has come.
    pub life: Life,
}

/// What HAProxy says of itself.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The backends; the first has the table of pins.
    pub backends: Vec<String>,
    /// The servers of all of them.
    pub servers: Vec<ServerState>,
    /// How many pins lead to a server, by its id; those of living nodes need not be there.
    pub pins: BTreeMap<u32, usize>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A server is made, with checks, and let in.
    Add {
        /// The backend.
        backend: String,
        /// The name.
        name: String,
        /// The address.
        address: String,
        /// The id.
        id: u32,
    },
    /// A server gets another address.
    Move {
        /// The backend.
        backend: String,
        /// The name.
        name: String,
        /// The address.
        address: String,
    },
    /// A server takes requests, only what is running, or none.
    State {
        /// The backend.
        backend: String,
        /// The name.
        name: String,
        /// `ready`, `drain` or `maint`.
        state: &'static str,
    },
    /// What hangs in a server is cut.
    Cut {
        /// The backend.
        backend: String,
        /// The name.
        name: String,
    },
    /// The pins that lead to a server are forgotten.
    Unpin {
        /// The backend with the table.
        table: String,
        /// The id of the server.
        id: u32,
    },
    /// A server is deleted.
    Delete {
        /// The backend.
        backend: String,
        /// The name.
        name: String,
    },
}

/// Compares. Of several nodes with one name, the one counts whose life has come least far.
pub fn plan(nodes: &[Live], view: &View) -> Vec<Action> {
    let mut wanted: BTreeMap<&str, &Live> = BTreeMap::new();
    for node in nodes {
        let known = wanted.entry(&node.name).or_insert(node);
        if node.life < known.life {
            *known = node;
        }
    }
    if !wanted.values().any(|node| node.life == Life::Alive) {
        return Vec::new();
    }
    let ids = ids(&wanted, view);
    let mut actions = Vec::new();
    for node in wanted.values() {
        for backend in &view.backends {
            let server = view
                .servers
                .iter()
                .find(|server| server.backend == *backend && server.name == node.name);
            let id = ids.get(node.name.as_str()).copied().unwrap_or_default();
            one(node, id, backend, server, &mut actions);
        }
    }
    for server in view
        .servers
        .iter()
        .filter(|server| !wanted.contains_key(server.name.as_str()))
    {
        let (backend, name) = (server.backend.clone(), server.name.clone());
        if server.maintained {
            actions.push(Action::Delete { backend, name });
        } else {
            actions.push(Action::State {
                backend,
                name,
                state: "maint",
            });
        }
    }
    // Last, when what could write them again is shut out.
    if let Some(table) = view.backends.first() {
        let stays: BTreeSet<u32> = wanted
            .values()
            .filter(|node| node.life == Life::Alive)
            .filter_map(|node| ids.get(node.name.as_str()).copied())
            .collect();
        let leaves = view
            .pins
            .iter()
            .filter(|(id, count)| **count > 0 && !stays.contains(id));
        actions.extend(leaves.map(|(id, _)| Action::Unpin {
            table: table.clone(),
            id: *id,
        }));
    }
    actions
}

fn one(
    node: &Live,
    id: u32,
    backend: &str,
    server: Option<&ServerState>,
    actions: &mut Vec<Action>,
) {
    let (backend, name) = (backend.to_owned(), node.name.clone());
    let Some(server) = server else {
        if node.life == Life::Alive {
            actions.push(Action::Add {
                backend,
                name,
                address: node.address.clone(),
                id,
            });
        }
        return;
    };
    let state = |state| Action::State {
        backend: backend.clone(),
        name: name.clone(),
        state,
    };
    match node.life {
        Life::Alive => {
            if server.address != node.address && !node.address.is_empty() {
                actions.push(Action::Move {
                    backend: backend.clone(),
                    name: name.clone(),
                    address: node.address.clone(),
                });
            }
            if server.maintained || server.draining {
                actions.push(state("ready"));
            }
        }
        Life::Draining if server.draining || server.maintained => {}
        Life::Draining => actions.push(state("drain")),
        Life::Gone | Life::Dead if server.maintained => {}
        Life::Gone => actions.push(state("maint")),
        Life::Dead => {
            actions.push(state("maint"));
            actions.push(Action::Cut { backend, name });
        }
    }
}

/// The id of every node: what its servers have, what was asked for, or the lowest that is free.
fn ids(wanted: &BTreeMap<&str, &Live>, view: &View) -> BTreeMap<String, u32> {
    let mut ids: BTreeMap<String, u32> = BTreeMap::new();
    let mut taken: BTreeSet<u32> = view.servers.iter().map(|server| server.id).collect();
    for server in &view.servers {
        ids.insert(server.name.clone(), server.id);
    }
    taken.extend(wanted.values().map(|node| node.id));
    for node in wanted
        .values()
        .filter(|node| !view.servers.iter().any(|server| server.name == node.name))
    {
        let id = match node.id {
            0 => (1..).find(|id| !taken.contains(id)).unwrap_or(u32::MAX),
            id => id,
        };
        taken.insert(id);
        ids.insert(node.name.clone(), id);
    }
    ids
}

// === impl Action ===

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add {
                backend,
                name,
                address,
                id,
            } => write!(f, "{backend}/{name} is added at {address} with the id {id}"),
            Self::Move {
                backend,
                name,
                address,
            } => write!(f, "{backend}/{name} is now at {address}"),
            Self::State {
                backend,
                name,
                state,
            } => write!(f, "{backend}/{name} is set to {state}"),
            Self::Cut { backend, name } => write!(f, "what hangs in {backend}/{name} is cut"),
            Self::Unpin { table, id } => {
                write!(f, "the pins of {table} to the server {id} are cleared")
            }
            Self::Delete { backend, name } => write!(f, "{backend}/{name} is deleted"),
        }
    }
}
