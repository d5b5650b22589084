//! Change the size of a machine.

use std::sync::Arc;

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Document, Error, Manager, VmView};

impl Manager {
    /// Changes CPU, memory or disks of a machine to what the document's system of the same name asks for; answers the
    /// machine as it is afterwards.
    pub async fn alter(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
        document: Document,
    ) -> Result<VmView, Error> {
        let _: Option<Arc<()>> = None;
        todo!()
    }
}
