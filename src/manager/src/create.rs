//! Create an infrastructure.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Document, Error, Manager};

impl Manager {
    /// Makes an infrastructure of the document and launches its machines. `asynchronous` answers before they are
    /// launched; otherwise all of them were tried, and one that cannot be launched at all fails the creation.
    pub async fn create(
        &self,
        credentials: &Credentials,
        document: Document,
        asynchronous: bool,
    ) -> Result<InfId, Error> {
        todo!()
    }
}
