//! Remove machines from an infrastructure.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Error, Manager};

impl Manager {
    /// Removes the machines with these numbers, a list separated by commas; if one is wrong, none. Configures the rest
    /// again if `context`. Answers how many were removed.
    pub async fn remove(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm_list: &str,
        context: bool,
    ) -> Result<usize, Error> {
        todo!()
    }
}
