//! Stop, start and restart machines.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Error, InfrastructureOperation, Manager, VmOperation};

impl Manager {
    /// Stops or starts all machines of an infrastructure.
    pub async fn operate(
        &self,
        credentials: &Credentials,
        id: &InfId,
        operation: InfrastructureOperation,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Stops, starts or restarts one machine; `vm` as the client wrote it.
    pub async fn operate_vm(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
        operation: VmOperation,
    ) -> Result<(), Error> {
        todo!()
    }
}
