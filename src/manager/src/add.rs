//! Add machines to an infrastructure.

use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::{OperationGuard, Slot};
use im_domain::{InfId, Infrastructure, VmId};
use im_radl::Radl;

use crate::access::Verb;
use crate::create::note_failures;
use crate::detached::turn;
use crate::document::merge;
use crate::launch::{LaunchGroup, Launching, Summary};
use crate::placement::{plan, requested_machines};
use crate::{Added, Document, Error, Manager, context};

/// Machines that were recorded and are to be launched.
struct Addition {
    /// What the infrastructure was before.
    before: Arc<Infrastructure>,
    groups: Vec<LaunchGroup>,
    vms: Vec<VmId>,
    context: bool,
}

impl Manager {
    /// Launches the machines that the document deploys, in addition; configures everything again if `context`.
    ///
    /// What the document defines is added to the document of the infrastructure. An addition of nothing is a new
    /// configuration. If no machine can be launched the infrastructure is as it was before, with a line more in its
    /// message.
    pub async fn add(
        &self,
        credentials: &Credentials,
        id: &InfId,
        document: Document,
        context: bool,
    ) -> Result<Added, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let (turn, before) = turn(&slot, "add").await?;
        let document = document.complete(&before.radl)?;
        let settings = &self.inner.settings;
        let present = before.live_vms().count();
        if requested_machines(&document, present, settings.max_inf_vms)? == 0 {
            self.define(&slot, &caller, &document, context).await?;
            return Ok(Added::default());
        }
        let merged = merged(&before.radl, &document)?;
        let placed = self
            .place(&caller, &document, &before.private_networks)
            .await;
        let placement = match placed {
            Ok(placement) => placement,
            Err(refusal) => {
                self.note(&slot, &refusal.message).await?;
                return Err(refusal);
            }
        };
        let now = self.inner.clock.epoch_seconds();
        let groups = slot
            .change(|inf| {
                inf.radl = merged;
                if context {
                    inf.configured = None;
                }
                Ok::<_, Error>(plan(inf, &document, placement, settings, now))
            })
            .await?;
        let mut vms: Vec<VmId> = groups.iter().flat_map(|g| g.vms.iter().copied()).collect();
        vms.sort_unstable();
        let addition = Addition {
            before,
            groups,
            vms,
            context,
        };
        let manager = self.clone();
        let work = async move { manager.launch_added(&slot, &caller, addition, turn).await };
        self.detached("add", id, work).await
    }

    /// Adds definitions alone.
    async fn define(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        document: &Radl,
        context: bool,
    ) -> Result<(), Error> {
        let begun = slot
            .change(|inf| {
                inf.radl = merged(&inf.radl, document)?;
                Ok::<_, Error>(context && context::begin(inf, None))
            })
            .await?;
        if begun {
            self.spawn_context(slot, caller, None);
        }
        Ok(())
    }

    async fn launch_added(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        addition: Addition,
        turn: OperationGuard,
    ) -> Result<Added, Error> {
        let Addition {
            before,
            groups,
            vms,
            context,
        } = addition;
        let clock = &*self.inner.clock;
        let finish = |inf: &mut Infrastructure, summary: &Summary| {
            if summary.all_failed() {
                undo(inf, &before, &vms);
                note_failures(inf, clock, summary);
                return false;
            }
            let begun = context && summary.open.is_empty() && context::begin(inf, None);
            note_failures(inf, clock, summary);
            begun
        };
        let (summary, begun) = Launching::new(self, slot).run(groups, finish).await?;
        self.inner.cluster.reweigh(slot).await;
        drop(turn);
        summary.log(slot.id());
        self.after_launch(slot, caller, &summary, begun);
        if summary.all_failed() {
            let message = format!("No machine could be launched: {}", summary.reasons());
            return Err(Error::invalid(message));
        }
        Ok(Added { vms })
    }

    /// Adds a line to the message of an infrastructure.
    pub(crate) async fn note(&self, slot: &Arc<Slot>, text: &str) -> Result<(), Error> {
        let clock = &*self.inner.clock;
        slot.change(|inf| {
            context::note(inf, clock, text);
            Ok::<(), Error>(())
        })
        .await?;
        Ok(())
    }
}

/// The document of an infrastructure with an addition. Fails if it was right before and is not right with it.
pub(crate) fn merged(radl: &Arc<Radl>, added: &Radl) -> Result<Arc<Radl>, Error> {
    if *added == Radl::default() {
        return Ok(Arc::clone(radl));
    }
    let mut merged = Radl::clone(radl);
    merge(&mut merged, added);
    checked(radl, merged)
}

/// A changed document, if it passes the check, or if the former one did not either.
pub(crate) fn checked(before: &Radl, after: Radl) -> Result<Arc<Radl>, Error> {
    match after.check() {
        Err(error) if before.check().is_ok() => Err(error.into()),
        _ => Ok(Arc::new(after)),
    }
}

/// Takes an addition of which every machine failed back; the numbers of its machines are not used again.
fn undo(infrastructure: &mut Infrastructure, before: &Infrastructure, added: &[VmId]) {
    infrastructure.radl = Arc::clone(&before.radl);
    infrastructure
        .private_networks
        .clone_from(&before.private_networks);
    infrastructure.configured = before.configured;
    for id in added {
        if let Some(vm) = infrastructure.vm_mut(*id) {
            vm.destroyed = true;
        }
    }
}
