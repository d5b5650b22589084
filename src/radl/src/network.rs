//! Networks.

use std::sync::Arc;

use crate::outports::{Outport, OutportsError};
use crate::{Features, Line};

/// A network that systems connect to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Its id, unique among the networks of a document.
    pub id: Arc<str>,
    /// Its features; empty for a reference.
    pub features: Features,
    /// Whether it was named without a body: it exists already, or nothing is to be said about it.
    pub reference: bool,
    /// Where it was written.
    pub line: Line,
}

// === impl Network ===

impl Network {
    /// A network with a body and no features.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Whether machines in it get public addresses: `outbound` is exactly `yes`.
    pub fn is_public(&self) -> bool {
        self.features.get_str("outbound") == Some("yes")
    }

    /// The ports that are to be reachable from outside, in the order of the feature `outports`; empty without it.
    pub fn outports(&self) -> Result<Vec<Outport>, OutportsError> {
        match self.features.get_str("outports") {
            Some(text) if !text.is_empty() => crate::outports::parse(text),
            _ => Ok(Vec::new()),
        }
    }

    /// The id that the cloud gave the network (`provider_id`).
    pub fn provider_id(&self) -> Option<&str> {
        self.features.get_str("provider_id")
    }
}
