//! Create an infrastructure.

use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::{ClusterError, OperationGuard, Slot};
use im_domain::{InfId, Infrastructure, OperationId};
use im_operations::Entry;
use im_radl::Radl;
use im_store::{JournalChange, NewOperation, OperationKind, OperationState};

use crate::access::Verb;
use crate::journal::{begin_context, commit};
use crate::launch::{LaunchGroup, Launching, Resuming, Summary, Unfinished, plan_intents};
use crate::placement::{plan, requested_machines};
use crate::tosca::Purpose;
use crate::{Document, Error, ErrorKind, Manager, context, tosca};

/// What follows if no machine of a creation can be launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfAllFail {
    /// The infrastructure stays and shows why.
    Keep,
    /// It is deleted: nobody has seen it yet.
    Delete,
}

impl Manager {
    /// Makes an infrastructure of the document and launches its machines. `asynchronous` answers before they are
    /// launched; otherwise all of them were tried, and the creation fails if none can be launched.
    ///
    /// The infrastructure is committed together with its machines, all of them `creating`, before any cloud launches
    /// one. A client that hangs up does not end the launch.
    #[tracing::instrument(target = "im_trace", name = "manager.create", skip_all)]
    pub async fn create(
        &self,
        credentials: &Credentials,
        document: Document,
        asynchronous: bool,
    ) -> Result<InfId, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        if let Some(earlier) = self.earlier(&caller).await? {
            return self.created_before(earlier, asynchronous).await;
        }
        match self.create_new(&caller, document, asynchronous).await? {
            Ok(id) => Ok(id),
            Err(repeated) => {
                let earlier = self.faster(&caller, repeated).await?;
                self.created_before(earlier, asynchronous).await
            }
        }
    }

    /// Within: the answer of the cluster to its first commit, if that refused.
    async fn create_new(
        &self,
        caller: &Caller,
        document: Document,
        asynchronous: bool,
    ) -> Result<Result<InfId, ClusterError>, Error> {
        let id = InfId::random();
        let posted = self.posted(caller, document, Purpose::Create(&id)).await?;
        let tosca = posted.tosca.clone();
        let radl = Arc::new(posted.complete(&Radl::default())?);
        let settings = &self.inner.settings;
        let wanted = requested_machines(&radl, 0, settings.max_inf_vms)?;
        let now = self.inner.clock.epoch_seconds();
        let mut infrastructure = Infrastructure::new(id.clone(), caller.owners(), now);
        infrastructure.radl = Arc::clone(&radl);
        if let Some(text) = tosca {
            tosca::store(&mut infrastructure, text);
        }
        if wanted == 0 {
            infrastructure.configured = Some(false);
            let text = "Infrastructure without any deploy. Exiting.";
            context::note(&mut infrastructure, &*self.inner.clock, text);
            let journal = self.begun_and_done(&mut infrastructure, caller);
            let cluster = &self.inner.cluster;
            let created = cluster.create_with(infrastructure, journal).await;
            return Ok(created.map(|_| id));
        }
        let mut operation = self.operation(OperationKind::Create, &id, caller);
        operation.idempotency = self.idempotency(caller);
        if asynchronous {
            Unfinished::Creation.note(&mut infrastructure);
            let begun = begun(&mut infrastructure, &operation);
            let (slot, turn) = match self.insert(infrastructure, begun).await {
                Ok(inserted) => inserted,
                Err(refused) => return Ok(Err(refused)),
            };
            let (manager, caller) = (self.unconditioned(), caller.clone());
            let work = async move {
                if let Err(error) = manager.place_and_launch(&slot, &caller, turn).await {
                    tracing::warn!(inf.id = %slot.id(), error = %error, "The creation cannot go on.");
                }
            };
            self.inner.tasks.spawn("create", &id, work);
            return Ok(Ok(id));
        }
        let placement = self
            .place(caller, &radl, &infrastructure.private_networks)
            .await?;
        let names = self.names().await?;
        let groups = plan(&mut infrastructure, &radl, placement, settings, now);
        let mut journal = begun(&mut infrastructure, &operation);
        let mut entry = Entry::new(&mut infrastructure, &mut journal);
        let machines = LaunchGroup::machines(&groups);
        plan_intents(&mut entry, &names, operation.id, machines);
        let (slot, turn) = match self.insert(infrastructure, journal).await {
            Ok(inserted) => inserted,
            Err(refused) => return Ok(Err(refused)),
        };
        let (manager, caller) = (self.unconditioned(), caller.clone());
        let work = async move {
            manager
                .launch_created(&slot, &caller, groups, IfAllFail::Delete, turn)
                .await
        };
        self.detached("create", &id, work).await?;
        Ok(Ok(id))
    }

    /// A creation that is done when it is committed, for who may repeat it: without a key nothing is written down.
    pub(crate) fn begun_and_done(
        &self,
        infrastructure: &mut Infrastructure,
        caller: &Caller,
    ) -> Vec<JournalChange> {
        let Some(idempotency) = self.idempotency(caller) else {
            return Vec::new();
        };
        let mut operation = self.operation(OperationKind::Create, &infrastructure.id, caller);
        operation.sealed = None;
        operation.idempotency = Some(idempotency);
        let mut journal = begun(infrastructure, &operation);
        Entry::new(infrastructure, &mut journal).end(operation.id, OperationState::Done, None);
        journal
    }

    /// Commits a new infrastructure and what its journal begins with, and takes its first turn: nobody resumes what has
    /// just begun.
    async fn insert(
        &self,
        infrastructure: Infrastructure,
        journal: Vec<JournalChange>,
    ) -> Result<(Arc<Slot>, OperationGuard), ClusterError> {
        let _mine = Resuming::begin(self, &infrastructure.id);
        let cluster = &self.inner.cluster;
        let slot = cluster.create_with(infrastructure, journal).await?;
        let turn = slot.operation("create").await;
        Ok((slot, turn))
    }

    /// Finds clouds for the machines of an infrastructure that has none yet, records them and launches them.
    pub(crate) async fn place_and_launch(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        turn: OperationGuard,
    ) -> Result<(), Error> {
        let snapshot = slot.snapshot();
        if snapshot.deleted || Unfinished::of(&snapshot) != Some(Unfinished::Creation) {
            return Ok(());
        }
        let radl = &snapshot.radl;
        let placement = match self.place(caller, radl, &snapshot.private_networks).await {
            Ok(placement) => placement,
            Err(refusal) => {
                let clock = &*self.inner.clock;
                let change = commit(slot, |entry| {
                    let inf = &mut *entry.infrastructure;
                    Unfinished::end(inf);
                    inf.configured = Some(false);
                    context::note(inf, clock, &refusal.message);
                    end_creation(entry, OperationState::Failed, Some(&refusal.message));
                    Ok::<(), Error>(())
                });
                return Ok(change.await?);
            }
        };
        let now = self.inner.clock.epoch_seconds();
        let settings = &self.inner.settings;
        let names = self.names().await?;
        let groups = commit(slot, |entry| {
            Unfinished::end(entry.infrastructure);
            let groups = plan(entry.infrastructure, radl, placement, settings, now);
            let creations = Entry::open(entry.infrastructure, Some(&[OperationKind::Create]));
            if let Some(operation) = creations.first() {
                let machines = LaunchGroup::machines(&groups);
                plan_intents(entry, &names, *operation, machines);
            }
            Ok::<_, Error>(groups)
        })
        .await?;
        self.launch_created(slot, caller, groups, IfAllFail::Keep, turn)
            .await
    }

    async fn launch_created(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        groups: Vec<LaunchGroup>,
        if_all_fail: IfAllFail,
        turn: OperationGuard,
    ) -> Result<(), Error> {
        let clock = &*self.inner.clock;
        let next = self.operation(OperationKind::Reconfigure, slot.id(), caller);
        let finish = |entry: &mut Entry<'_>, summary: &Summary| {
            let ends = summary.ends();
            if summary.all_failed() && if_all_fail == IfAllFail::Delete {
                let inf = &mut *entry.infrastructure;
                inf.deleted = true;
                for vm in &mut inf.vms {
                    Arc::make_mut(vm).destroyed = true;
                }
                entry.end_all(OperationState::Failed, Some(&summary.reasons()));
                return None;
            }
            if let Some((state, outcome)) = ends {
                end_creation(entry, state, outcome.as_deref());
            }
            let mut begun = None;
            if summary.all_failed() {
                entry.infrastructure.configured = Some(false);
            } else if summary.open.is_empty() {
                begun = begin_context(entry, None, &next);
            }
            note_failures(entry.infrastructure, clock, summary);
            begun
        };
        let launching = Launching::new(self, slot).await?;
        let (summary, begun) = launching.run(groups, finish).await?;
        self.inner.cluster.reweigh(slot).await;
        drop(turn);
        summary.log(slot.id());
        self.after_launch(slot, caller, &summary, begun);
        if summary.all_failed() && if_all_fail == IfAllFail::Delete {
            let message = format!("No machine could be launched: {}", summary.reasons());
            return Err(Error::invalid(message));
        }
        Ok(())
    }

    /// Goes on with what a launch has left: open outcomes, contextualization.
    pub(crate) fn after_launch(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        summary: &Summary,
        context: Option<OperationId>,
    ) {
        if !summary.open.is_empty() {
            self.resume_later(slot, caller);
        }
        if let Some(operation) = context {
            self.spawn_context(slot, caller, None, operation);
        }
    }
}

/// The first entry of a journal.
fn begun(infrastructure: &mut Infrastructure, operation: &NewOperation) -> Vec<JournalChange> {
    let mut journal = Vec::new();
    Entry::new(infrastructure, &mut journal).begin(operation);
    journal
}

fn end_creation(entry: &mut Entry<'_>, state: OperationState, outcome: Option<&str>) {
    entry.end_kinds(&[OperationKind::Create], state, outcome);
}

/// Says in the message of an infrastructure which machines could not be launched.
pub(crate) fn note_failures(
    infrastructure: &mut Infrastructure,
    clock: &dyn im_util::Clock,
    summary: &Summary,
) {
    for (id, reason) in &summary.failed {
        let text = format!("Error launching VM {id}: {reason}");
        context::note(infrastructure, clock, &text);
    }
}

/// The error of an operation whose task ended by a fault; what it recorded is taken up again.
pub(crate) fn interrupted() -> Error {
    Error::new(
        ErrorKind::Internal,
        "The operation was interrupted by a fault of the service.",
    )
}
