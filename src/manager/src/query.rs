//! Look at an infrastructure and its machines.
//!
//! The answers come from the last committed snapshot, without a lock and without input or output while it is fresh;
//! [`refresh`](crate::refresh) says when it is.

use std::sync::Arc;

use im_auth::Credentials;
use im_domain::{InfId, Infrastructure, VmId, VmState};
use im_radl::Radl;

use crate::access::{Verb, live_vm};
use crate::refresh::Scope;
use crate::view::visible;
use crate::{Error, ErrorKind, Manager, VmView, tunnel};

/// The state of an infrastructure and of each of its machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfrastructureState {
    /// Of the whole.
    pub state: VmState,
    /// Of each machine that was not removed, ascending.
    pub vms: Vec<(VmId, VmState)>,
}

/// Stands between the messages of two machines.
const SEPARATOR: &str =
    "***************************************************************************\n";

impl Manager {
    /// The infrastructure as last committed: its machines, its contextualization message, its extra information.
    #[tracing::instrument(target = "im_trace", name = "manager.infrastructure", skip_all, fields(inf.id = %id))]
    pub async fn infrastructure(
        &self,
        credentials: &Credentials,
        id: &InfId,
    ) -> Result<Arc<Infrastructure>, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let (_, infrastructure) = self.current(&caller, id).await?;
        Ok(infrastructure)
    }

    /// The document of the infrastructure as answers show it.
    #[tracing::instrument(target = "im_trace", name = "manager.radl", skip_all, fields(inf.id = %id))]
    pub async fn radl(&self, credentials: &Credentials, id: &InfId) -> Result<Arc<Radl>, Error> {
        let infrastructure = self.infrastructure(credentials, id).await?;
        Ok(visible(&infrastructure.radl))
    }

    /// The contextualization message: of the infrastructure, and of its machines unless `header_only`.
    #[tracing::instrument(target = "im_trace", name = "manager.contmsg", skip_all, fields(inf.id = %id))]
    pub async fn contmsg(
        &self,
        credentials: &Credentials,
        id: &InfId,
        header_only: bool,
    ) -> Result<String, Error> {
        let infrastructure = self.infrastructure(credentials, id).await?;
        let mut message = infrastructure.cont_out.clone();
        if !header_only {
            for vm in infrastructure
                .live_vms()
                .filter(|vm| !vm.cont_out.is_empty())
            {
                message.push_str(&format!("VM {}:\n{}\n{SEPARATOR}", vm.id, vm.cont_out));
            }
        }
        Ok(message)
    }

    /// The state, after asking the clouds about machines that were not asked about for `VM_INFO_UPDATE_FREQUENCY`.
    #[tracing::instrument(target = "im_trace", name = "manager.state", skip_all, fields(inf.id = %id))]
    pub async fn state(
        &self,
        credentials: &Credentials,
        id: &InfId,
    ) -> Result<InfrastructureState, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let slot = self.open(&caller, id).await?;
        self.refresh(&slot, &caller, Scope::All).await;
        let infrastructure = self.proved(&slot, &caller).await??;
        Ok(InfrastructureState {
            state: infrastructure.state(),
            vms: infrastructure
                .live_vms()
                .map(|vm| (vm.id, vm.state))
                .collect(),
        })
    }

    /// A machine, after asking its cloud if it is time to; `vm` as the client wrote it.
    #[tracing::instrument(target = "im_trace", name = "manager.vm", skip_all, fields(inf.id = %id))]
    pub async fn vm(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
    ) -> Result<VmView, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let slot = self.open(&caller, id).await?;
        let mut infrastructure = self.proved(&slot, &caller).await??;
        let number = live_vm(&infrastructure, vm)?.id;
        if self.refresh(&slot, &caller, Scope::One(number)).await {
            infrastructure = self.proved(&slot, &caller).await??;
        }
        live_vm(&infrastructure, vm).map(VmView::of)
    }

    /// The contextualization message of a machine.
    #[tracing::instrument(target = "im_trace", name = "manager.vm_contmsg", skip_all, fields(inf.id = %id))]
    pub async fn vm_contmsg(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
    ) -> Result<String, Error> {
        let infrastructure = self.infrastructure(credentials, id).await?;
        live_vm(&infrastructure, vm).map(|vm| vm.cont_out.clone())
    }

    /// The command that opens the reverse SSH tunnel of a machine, if it can have one now (`/vms/{id}/command`). The
    /// machine itself asks for it, perhaps before its creation is recorded: a number that is not there yet has none.
    #[tracing::instrument(target = "im_trace", name = "manager.vm_command", skip_all, fields(inf.id = %id))]
    pub async fn vm_command(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
    ) -> Result<Option<String>, Error> {
        let infrastructure = self.infrastructure(credentials, id).await?;
        match live_vm(&infrastructure, vm) {
            Ok(vm) => {
                let masks = &self.inner.settings.private_net_masks;
                Ok(tunnel::command(&infrastructure, vm, masks))
            }
            Err(error) if error.kind == ErrorKind::VmNotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
