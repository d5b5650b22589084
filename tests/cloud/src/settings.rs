//! What can be set of a simulated cloud.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Faults;

/// What is done with the token of a launch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Idempotency {
    /// The same token is the same machine.
    #[default]
    Token,
    /// Nothing: two launches are two machines.
    None,
}

/// A simulated cloud.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The file of its state, which need not exist.
    pub state: PathBuf,
    /// Passwords by the name of the account.
    pub accounts: BTreeMap<String, String>,
    /// What is done with tokens.
    pub idempotency: Idempotency,
    /// What goes wrong in the beginning.
    pub faults: Faults,
}

// === impl Settings ===

impl Settings {
    /// A cloud without faults, on a free port of this machine, with the account `u` and its password `p`.
    pub fn new(state: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            state: state.into(),
            accounts: BTreeMap::from([("u".to_owned(), "p".to_owned())]),
            idempotency: Idempotency::default(),
            faults: Faults::default(),
        }
    }
}
