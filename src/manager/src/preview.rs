//! What a change would do, without doing it (the dry run of an addition).
//!
//! The very code that makes the change is run on a copy of the infrastructure, which is then looked at and forgotten. So
//! the numbers and clouds of the new machines are those that they would get if it were made now.

use im_auth::Credentials;
use im_domain::{InfId, Infrastructure, VmId};
use serde::Serialize;

use crate::access::Verb;
use crate::launch::LaunchGroup;
use crate::tosca::Purpose;
use crate::{Document, Error, Manager, context};

/// What a change would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Machines that would be launched.
    pub added: Vec<PreviewedVm>,
    /// Machines that would be removed.
    pub removed: Vec<PreviewedVm>,
    /// Machines that would stay and be configured again.
    pub reconfigured: Vec<PreviewedVm>,
}

/// A machine that is there or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewedVm {
    /// Its number.
    pub id: VmId,
    /// The system that it is one of.
    pub system: String,
    /// The id of its cloud.
    pub cloud: String,
}

impl Manager {
    /// What [`Manager::add`] would do with this document now.
    ///
    /// # Errors
    /// Those for which the addition would be refused before anything is launched.
    #[tracing::instrument(target = "im_trace", name = "manager.preview", skip_all, fields(inf.id = %id))]
    pub async fn preview(
        &self,
        credentials: &Credentials,
        id: &InfId,
        document: Document,
        context: bool,
    ) -> Result<Preview, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let (_, before) = self.current(&caller, id).await?;
        let posted = self
            .posted(&caller, document, Purpose::Update(&before))
            .await?;
        let change = self.change(&caller, &before, posted).await;
        let change = change.map_err(|refusal| refusal.error)?;
        let removal = change.removal.clone();
        let mut after = Infrastructure::clone(&before);
        let now = self.inner.clock.epoch_seconds();
        let groups = change.apply(&mut after, &self.inner.settings, now);
        let mut added: Vec<VmId> = LaunchGroup::machines(&groups).collect();
        added.sort_unstable();
        let mut reconfigured = match context {
            true => context::concerned(&after),
            false => Vec::new(),
        };
        reconfigured.retain(|vm| !added.contains(vm) && !removal.contains(vm));
        Ok(Preview {
            added: shown(&after, &added),
            removed: shown(&after, &removal),
            reconfigured: shown(&after, &reconfigured),
        })
    }
}

fn shown(infrastructure: &Infrastructure, vms: &[VmId]) -> Vec<PreviewedVm> {
    let found = vms.iter().filter_map(|id| infrastructure.vm(*id));
    let shown = found.map(|vm| PreviewedVm {
        id: vm.id,
        system: vm
            .requested
            .first_system()
            .map(|system| system.id.to_string())
            .unwrap_or_default(),
        cloud: vm.cloud.id.clone(),
    });
    shown.collect()
}
