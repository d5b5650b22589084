//! Add machines to an infrastructure.

use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::{OperationGuard, Slot};
use im_domain::{InfId, Infrastructure, OperationId, VmId};
use im_operations::Entry;
use im_radl::Radl;
use im_store::{IntentState, OperationKind};

use crate::access::Verb;
use crate::create::note_failures;
use crate::detached::turn;
use crate::document::merge;
use crate::journal::begin_context;
use crate::launch::{LaunchGroup, Launching, Summary, plan_intents};
use crate::placement::{plan, requested_machines};
use crate::{Added, Document, Error, Manager, context};

/// Machines that were recorded and are to be launched.
struct Addition {
    /// What the infrastructure was before.
    before: Arc<Infrastructure>,
    groups: Vec<LaunchGroup>,
    vms: Vec<VmId>,
    context: bool,
    operation: OperationId,
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
        if let Some(earlier) = self.earlier(&caller).await? {
            return self.added_before(earlier).await;
        }
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
        let mut operation = self.operation(OperationKind::Add, id, &caller);
        operation.idempotency = self.idempotency(&caller);
        let names = self.names().await?;
        let groups = self
            .commit_first(&slot, |entry| {
                let inf = &mut *entry.infrastructure;
                inf.radl = merged;
                if context {
                    inf.configured = None;
                }
                let groups = plan(inf, &document, placement, settings, now);
                entry.begin(&operation);
                let machines = LaunchGroup::machines(&groups);
                plan_intents(entry, &names, operation.id, machines);
                Ok::<_, Error>(groups)
            })
            .await?;
        let mut vms: Vec<VmId> = LaunchGroup::machines(&groups).collect();
        vms.sort_unstable();
        let addition = Addition {
            before,
            groups,
            vms,
            context,
            operation: operation.id,
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
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let begun = self
            .commit_first(slot, |entry| {
                let inf = &mut *entry.infrastructure;
                inf.radl = merged(&inf.radl, document)?;
                let begun = context.then(|| begin_context(entry, None, &next));
                Ok::<_, Error>(begun.flatten())
            })
            .await?;
        if let Some(operation) = begun {
            self.spawn_context(slot, caller, None, operation);
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
            operation,
        } = addition;
        let clock = &*self.inner.clock;
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let added = numbers(&vms);
        let finish = |entry: &mut Entry<'_>, summary: &Summary| {
            if let Some((state, reasons)) = summary.ends() {
                let outcome = reasons.unwrap_or_else(|| added.clone());
                entry.end(operation, state, Some(&outcome));
            }
            if summary.all_failed() {
                undo(entry, &before, &vms);
                note_failures(entry.infrastructure, clock, summary);
                return None;
            }
            let begins = context && summary.open.is_empty();
            let begun = begins.then(|| begin_context(entry, None, &next)).flatten();
            note_failures(entry.infrastructure, clock, summary);
            begun
        };
        let launching = Launching::new(self, slot).await?;
        let (summary, begun) = launching.run(groups, finish).await?;
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
fn undo(entry: &mut Entry<'_>, before: &Infrastructure, added: &[VmId]) {
    for id in added {
        entry.mark_all(*id, IntentState::Failed, "");
    }
    let infrastructure = &mut *entry.infrastructure;
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

/// The numbers of machines as the journal has them.
fn numbers(vms: &[VmId]) -> String {
    let numbers: Vec<String> = vms.iter().map(ToString::to_string).collect();
    numbers.join(",")
}
