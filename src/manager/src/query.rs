//! Look at an infrastructure and its machines.

use std::sync::Arc;

use im_auth::Credentials;
use im_domain::{InfId, Infrastructure, Vm, VmId, VmState};
use im_radl::Radl;

use crate::{Error, Manager};

/// The state of an infrastructure and of each of its machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfrastructureState {
    /// Of the whole.
    pub state: VmState,
    /// Of each machine that was not removed, ascending.
    pub vms: Vec<(VmId, VmState)>,
}

/// A machine as answers show it.
#[derive(Clone, Debug)]
pub struct VmView {
    /// The machine.
    pub vm: Arc<Vm>,
    /// Its networks, its system with what is known of it, as answers show them.
    pub radl: Arc<Radl>,
}

impl Manager {
    /// The infrastructure as last committed: its machines, its contextualization message, its extra information.
    pub async fn infrastructure(
        &self,
        credentials: &Credentials,
        id: &InfId,
    ) -> Result<Arc<Infrastructure>, Error> {
        todo!()
    }

    /// The document of the infrastructure as answers show it.
    pub async fn radl(&self, credentials: &Credentials, id: &InfId) -> Result<Arc<Radl>, Error> {
        todo!()
    }

    /// The contextualization message: of the infrastructure, and of its machines unless `header_only`.
    pub async fn contmsg(
        &self,
        credentials: &Credentials,
        id: &InfId,
        header_only: bool,
    ) -> Result<String, Error> {
        todo!()
    }

    /// The state, after asking the clouds about machines that were not asked about for VM_INFO_UPDATE_FREQUENCY.
    pub async fn state(
        &self,
        credentials: &Credentials,
        id: &InfId,
    ) -> Result<InfrastructureState, Error> {
        todo!()
    }

    /// A machine, after asking its cloud if it is time to; `vm` as the client wrote it.
    pub async fn vm(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
    ) -> Result<VmView, Error> {
        todo!()
    }

    /// The contextualization message of a machine.
    pub async fn vm_contmsg(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
    ) -> Result<String, Error> {
        todo!()
    }

    /// The command that opens the reverse SSH tunnel of a machine, if it has one (`/vms/{id}/command`).
    pub async fn vm_command(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
    ) -> Result<Option<String>, Error> {
        todo!()
    }
}
