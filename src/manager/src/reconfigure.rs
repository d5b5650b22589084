//! Configure machines again.

use im_auth::Credentials;
use im_domain::{InfId, VmId};

use crate::{Document, Error, Manager};

impl Manager {
    /// Configures the machines again (`vms`: only these; numbers that do not exist are ignored), with the recipes of
    /// a new document if one is given.
    pub async fn reconfigure(
        &self,
        credentials: &Credentials,
        id: &InfId,
        document: Option<Document>,
        vms: Option<&[VmId]>,
    ) -> Result<(), Error> {
        todo!()
    }
}
