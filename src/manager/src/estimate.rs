//! Estimate what a document would take (the dry run of a creation).

use im_auth::Credentials;
use serde_json::Value;

use crate::{Document, Error, Manager};

/// The resources that a document would take, by cloud id: the JSON object that `dry_run` answers.
pub type Estimate = Value;

impl Manager {
    /// What the document would take on each cloud, without making anything.
    pub async fn estimate(
        &self,
        credentials: &Credentials,
        document: Document,
    ) -> Result<Estimate, Error> {
        todo!()
    }
}
