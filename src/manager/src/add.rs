//! Add machines to an infrastructure.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Added, Document, Error, Manager};

impl Manager {
    /// Launches the machines that the document deploys, in addition; configures everything again if `context`.
    pub async fn add(
        &self,
        credentials: &Credentials,
        id: &InfId,
        document: Document,
        context: bool,
    ) -> Result<Added, Error> {
        todo!()
    }
}
