//! Machines outside the infrastructure from which it is configured.

use std::sync::Arc;

use crate::{Features, Line};

/// An `ansible` sentence: a host from which systems are configured instead of from one of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnsibleHost {
    /// Its id, unique among the ansible hosts of a document.
    pub id: Arc<str>,
    /// Its features: `host`, `credentials.username`, and `credentials.password` or `credentials.private_key`.
    pub features: Features,
    /// Where it was written.
    pub line: Line,
}
