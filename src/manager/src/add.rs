//! Add machines to an infrastructure, and with a changed TOSCA document remove some.

use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::{OperationGuard, Slot};
use im_connectors::CloudLine;
use im_domain::{InfId, Infrastructure, OperationId, VmId};
use im_operations::Entry;
use im_operations::boundary::{Boundary, pass};
use im_store::{IntentAction, IntentState, OperationKind, OperationState};

use crate::access::Verb;
use crate::change::{Change, Refusal, Remains};
use crate::create::note_failures;
use crate::detached::turn;
use crate::journal::{begin_context, commit};
use crate::launch::{LaunchGroup, Launching, Summary, plan_intents};
use crate::removal::{NOT_REMOVED, plan_removal};
use crate::tosca::{Purpose, stored_text};
use crate::{Added, Document, Error, Manager, context, tosca};

/// Machines that were recorded and are to be removed and launched.
struct Addition {
    /// What the infrastructure was before.
    before: Arc<Infrastructure>,
    /// The machines that go.
    removal: Vec<VmId>,
    groups: Vec<LaunchGroup>,
    vms: Vec<VmId>,
    context: bool,
    /// The operation of the launch, if machines are launched.
    operation: OperationId,
}

impl Manager {
    /// Launches the machines that the document deploys, in addition; configures everything again if `context`.
    ///
    /// What the document defines is added to the document of the infrastructure. An addition of nothing is a new
    /// configuration. If no machine can be launched the infrastructure is as it was before, with a line more in its
    /// message.
    ///
    /// A TOSCA document is laid over the one that the infrastructure was made from. It says how many machines there are to
    /// be: those that are too many are removed before others are launched, and if one of them cannot be, none is launched.
    #[tracing::instrument(target = "im_trace", name = "manager.add", skip_all, fields(inf.id = %id))]
    pub async fn add(
        &self,
        credentials: &Credentials,
        id: &InfId,
        document: Document,
        context: bool,
    ) -> Result<Added, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let seen = slot.snapshot();
        let purpose = Purpose::Update(&seen);
        let ahead = self.posted_ahead(&caller, &document, purpose).await;
        let (turn, before) = turn(&slot, "add").await?;
        if let Some(earlier) = self.earlier(&caller).await? {
            return self.added_before(earlier).await;
        }
        let (ahead, purpose) = ((&*seen, ahead), Purpose::Update(&before));
        let posted = self
            .posted_in_turn(&caller, document, ahead, purpose)
            .await?;
        let change = match self.change(&caller, &before, posted).await {
            Ok(change) => change,
            Err(refusal) => return Err(self.refuse(&slot, refusal).await?),
        };
        if !change.is_of_machines() {
            self.define(&slot, &caller, change, context).await?;
            return Ok(Added::default());
        }
        let addition = self
            .begin_addition(&slot, &caller, before, change, context)
            .await?;
        let manager = self.clone();
        let work = async move { manager.carry_out(&slot, &caller, addition, turn).await };
        self.detached("add", id, work).await
    }

    /// Writes down what remains of a change that cannot be made. Answers why it cannot.
    async fn refuse(&self, slot: &Arc<Slot>, refusal: Refusal) -> Result<Error, Error> {
        match refusal.remains {
            Remains::Nothing => {}
            Remains::Note => self.note(slot, &refusal.error.message).await?,
            Remains::Document(text) => {
                self.commit_first(slot, |entry| {
                    tosca::store(entry.infrastructure, text);
                    Ok::<(), Error>(())
                })
                .await?;
            }
        }
        Ok(refusal.error)
    }

    /// Changes definitions alone.
    async fn define(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        change: Change,
        context: bool,
    ) -> Result<(), Error> {
        let now = self.inner.clock.epoch_seconds();
        let settings = &self.inner.settings;
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let begun = self
            .commit_first(slot, |entry| {
                change.apply(entry.infrastructure, settings, now);
                let begun = context.then(|| begin_context(entry, None, &next));
                Ok::<_, Error>(begun.flatten())
            })
            .await?;
        if let Some(operation) = begun {
            self.spawn_context(slot, caller, None, operation);
        }
        Ok(())
    }

    /// Commits the change and the intents of what it takes: from here on it is taken up again if this node is lost.
    async fn begin_addition(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        before: Arc<Infrastructure>,
        change: Change,
        context: bool,
    ) -> Result<Addition, Error> {
        let now = self.inner.clock.epoch_seconds();
        let settings = &self.inner.settings;
        let names = self.names().await?;
        let removal = change.removal.clone();
        let mut add = self.operation(OperationKind::Add, slot.id(), caller);
        let mut remove = self.operation(OperationKind::Remove, slot.id(), caller);
        let operation = add.id;
        let key = self.idempotency(caller);
        let groups = self
            .commit_first(slot, |entry| {
                let groups = change.apply(entry.infrastructure, settings, now);
                // A repeat is told what became of the launch, or of the removal if nothing was launched.
                match groups.is_empty() {
                    true => remove.idempotency = key,
                    false => add.idempotency = key,
                }
                if !removal.is_empty() {
                    entry.begin(&remove);
                    plan_removal(entry, &names, remove.id, &removal);
                }
                if !groups.is_empty() {
                    if context {
                        entry.infrastructure.configured = None;
                    }
                    entry.begin(&add);
                    plan_intents(entry, &names, add.id, LaunchGroup::machines(&groups));
                }
                Ok::<_, Error>(groups)
            })
            .await?;
        let mut vms: Vec<VmId> = LaunchGroup::machines(&groups).collect();
        vms.sort_unstable();
        Ok(Addition {
            before,
            removal,
            groups,
            vms,
            context,
            operation,
        })
    }

    async fn carry_out(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        addition: Addition,
        turn: OperationGuard,
    ) -> Result<Added, Error> {
        if !addition.removal.is_empty() {
            self.remove_surplus(slot, caller, &addition).await?;
        }
        match addition.groups.is_empty() {
            true => Ok(Added::default()),
            false => self.launch_added(slot, caller, addition, turn).await,
        }
    }

    /// Removes the machines that are too many. If one of them stays, the launch is taken back.
    async fn remove_surplus(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        addition: &Addition,
    ) -> Result<(), Error> {
        let lines = CloudLine::all(caller.credentials());
        let removal = self
            .remove_from_clouds(slot, &addition.removal, &lines)
            .await?
            .settled();
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let refused = (!removal.kept.is_empty()).then(|| removal.reasons());
        let refused = refused.map(|reasons| format!("{NOT_REMOVED}{reasons}"));
        let begun = commit(slot, |entry| {
            removal.record(entry);
            let state = match refused {
                None => OperationState::Done,
                Some(_) => OperationState::Failed,
            };
            entry.end_kinds(&[OperationKind::Remove], state, refused.as_deref());
            let launches = !addition.groups.is_empty();
            if launches && refused.is_none() {
                return Ok(None);
            }
            if launches {
                undo(entry, addition);
                entry.end(addition.operation, state, refused.as_deref());
            }
            let again = addition.context && !removal.gone.is_empty();
            let begun = again.then(|| begin_context(entry, None, &next));
            Ok::<_, Error>(begun.flatten())
        })
        .await?;
        pass(Boundary::AfterConfirm, IntentAction::Delete).await;
        tracing::info!(
            inf.id = %slot.id(),
            removed = removal.gone.len(),
            kept = removal.kept.len(),
            "Machines were removed."
        );
        if let Some(operation) = begun {
            self.spawn_context(slot, caller, None, operation);
        }
        refused.map_or(Ok(()), |message| Err(Error::invalid(message)))
    }

    async fn launch_added(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        mut addition: Addition,
        turn: OperationGuard,
    ) -> Result<Added, Error> {
        let clock = &*self.inner.clock;
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let added = numbers(&addition.vms);
        let groups = std::mem::take(&mut addition.groups);
        let finish = |entry: &mut Entry<'_>, summary: &Summary| {
            if let Some((state, reasons)) = summary.ends() {
                let outcome = reasons.unwrap_or_else(|| added.clone());
                entry.end(addition.operation, state, Some(&outcome));
            }
            if summary.all_failed() {
                undo(entry, &addition);
                note_failures(entry.infrastructure, clock, summary);
                return None;
            }
            let begins = addition.context && summary.open.is_empty();
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
        Ok(Added { vms: addition.vms })
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

/// Takes an addition of which every machine failed back; the numbers of its machines are not used again. Machines that
/// were removed with it stay removed, and so does the document that says so.
fn undo(entry: &mut Entry<'_>, addition: &Addition) {
    for id in &addition.vms {
        entry.mark_all(*id, IntentState::Failed, "");
    }
    let before = &addition.before;
    let infrastructure = &mut *entry.infrastructure;
    if addition.removal.is_empty() {
        infrastructure.radl = Arc::clone(&before.radl);
        if let Some(text) = stored_text(before) {
            tosca::store(infrastructure, text.to_owned());
        }
    }
    infrastructure
        .private_networks
        .clone_from(&before.private_networks);
    infrastructure.configured = before.configured;
    for id in &addition.vms {
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
