//! The owners of an infrastructure.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Error, Manager, OwnerChange};

impl Manager {
    /// The user names of the owners, in order.
    pub async fn owners(
        &self,
        credentials: &Credentials,
        id: &InfId,
    ) -> Result<Vec<String>, Error> {
        todo!()
    }

    /// Adds owners or replaces them.
    pub async fn change_owners(
        &self,
        credentials: &Credentials,
        id: &InfId,
        change: OwnerChange,
    ) -> Result<(), Error> {
        todo!()
    }
}
