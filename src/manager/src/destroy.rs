//! Destroy an infrastructure.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Error, Manager};

impl Manager {
    /// Removes all machines, then the infrastructure. `force`: the infrastructure is deleted even if a machine could
    /// not be. `asynchronous` answers before the machines are gone.
    pub async fn destroy(
        &self,
        credentials: &Credentials,
        id: &InfId,
        force: bool,
        asynchronous: bool,
    ) -> Result<(), Error> {
        todo!()
    }
}
