//! Export an infrastructure to another service, and import one.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Error, Manager};

impl Manager {
    /// The stored form of the infrastructure as JSON text. `delete` gives it up here without touching its machines.
    pub async fn export(
        &self,
        credentials: &Credentials,
        id: &InfId,
        delete: bool,
    ) -> Result<String, Error> {
        todo!()
    }

    /// Takes over an infrastructure that was exported; the caller becomes its owner, and it keeps its id.
    pub async fn import(&self, credentials: &Credentials, data: &str) -> Result<InfId, Error> {
        todo!()
    }
}
