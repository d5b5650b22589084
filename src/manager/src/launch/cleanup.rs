//! Machines that may exist although nobody recorded them.

use std::collections::BTreeMap;
use std::time::Duration;

use im_cluster::Slot;
use im_connectors::{Connector, ConnectorError, CreateIdempotency, Launched};
use im_domain::Vm;
use im_operations::Names;

use super::{attempt, intents};
use crate::{Error, Manager};

/// What is known of a machine that was asked for and whose cloud has not answered.
#[derive(Clone, Debug)]
pub(crate) enum Unrecorded {
    /// It exists.
    Found(Box<Launched>),
    /// It does not.
    Absent,
    /// It is too early to tell: the cloud may show it later.
    Unclear,
}

/// How machines are looked for.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    names: Names,
    slot: &'a Slot,
    /// In seconds of the epoch.
    now: i64,
    horizon: Duration,
}

// === impl Search ===

impl<'a> Search<'a> {
    /// A search among the machines of an infrastructure.
    pub(crate) async fn new(manager: &Manager, slot: &'a Slot) -> Result<Self, Error> {
        Ok(Self {
            names: manager.names().await?,
            slot,
            now: manager.inner.clock.epoch_seconds(),
            horizon: manager.inner.operations.visibility_horizon,
        })
    }

    /// Looks for a machine that is recorded as `creating`, among those of its infrastructure that its cloud knows by
    /// token.
    ///
    /// # Errors
    /// The cloud's.
    pub(crate) async fn find(
        &self,
        connector: &dyn Connector,
        vm: &Vm,
    ) -> Result<Unrecorded, ConnectorError> {
        let known = connector.find_by_token(self.slot.id()).await?;
        Ok(self.among(&known, connector, vm))
    }

    /// The same, among those that the cloud has named already.
    pub(super) fn among(
        &self,
        known: &BTreeMap<String, Launched>,
        connector: &dyn Connector,
        vm: &Vm,
    ) -> Unrecorded {
        let inf = self.slot.id();
        let found = (0..=attempt::current(vm))
            .rev()
            .find_map(|attempt| known.get(&intents::token(&self.names, inf, vm, attempt)));
        if let Some(found) = found {
            return Unrecorded::Found(Box::new(found.clone()));
        }
        match connector.capability().create_idempotency {
            CreateIdempotency::CheckOnly if self.asked_ago(vm) < self.horizon => {
                Unrecorded::Unclear
            }
            _ => Unrecorded::Absent,
        }
    }

    /// How long ago the cloud was asked for the machine, at least: an earlier owner may have done so until this one
    /// came.
    fn asked_ago(&self, vm: &Vm) -> Duration {
        let noted = vm.last_update.max(vm.creation_date.unwrap_or_default());
        let noted = u64::try_from(self.now.saturating_sub(noted)).unwrap_or_default();
        self.slot.held_for().min(Duration::from_secs(noted))
    }
}
