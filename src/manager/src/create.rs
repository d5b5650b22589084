//! Create an infrastructure.

use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::{OperationGuard, Slot};
use im_domain::{InfId, Infrastructure};
use im_radl::Radl;

use crate::access::Verb;
use crate::launch::{LaunchGroup, Launching, Summary, Unfinished};
use crate::placement::{plan, requested_machines};
use crate::{Document, Error, ErrorKind, Manager, context};

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
    pub async fn create(
        &self,
        credentials: &Credentials,
        document: Document,
        asynchronous: bool,
    ) -> Result<InfId, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let radl = Arc::new(document.complete(&Radl::default())?);
        let settings = &self.inner.settings;
        let wanted = requested_machines(&radl, 0, settings.max_inf_vms)?;
        let now = self.inner.clock.epoch_seconds();
        let mut infrastructure = Infrastructure::new(InfId::random(), caller.owners(), now);
        infrastructure.radl = Arc::clone(&radl);
        let id = infrastructure.id.clone();
        if wanted == 0 {
            infrastructure.configured = Some(false);
            let text = "Infrastructure without any deploy. Exiting.";
            context::note(&mut infrastructure, &*self.inner.clock, text);
            self.inner.cluster.create(infrastructure).await?;
            return Ok(id);
        }
        if asynchronous {
            Unfinished::Creation.note(&mut infrastructure);
            let slot = self.inner.cluster.create(infrastructure).await?;
            let turn = slot.operation("create").await;
            let manager = self.clone();
            let work = async move {
                if let Err(error) = manager.place_and_launch(&slot, &caller, turn).await {
                    tracing::warn!(inf.id = %slot.id(), error = %error, "The creation cannot go on.");
                }
            };
            self.inner.tasks.spawn("create", &id, work);
            return Ok(id);
        }
        let placement = self
            .place(&caller, &radl, &infrastructure.private_networks)
            .await?;
        let groups = plan(&mut infrastructure, &radl, placement, settings, now);
        let slot = self.inner.cluster.create(infrastructure).await?;
        let turn = slot.operation("create").await;
        let manager = self.clone();
        let work = async move {
            manager
                .launch_created(&slot, &caller, groups, IfAllFail::Delete, turn)
                .await
        };
        self.detached("create", &id, work).await?;
        Ok(id)
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
                let change = slot.change(|inf| {
                    Unfinished::end(inf);
                    inf.configured = Some(false);
                    context::note(inf, clock, &refusal.message);
                    Ok::<(), Error>(())
                });
                return Ok(change.await?);
            }
        };
        let now = self.inner.clock.epoch_seconds();
        let settings = &self.inner.settings;
        let groups = slot
            .change(|inf| {
                Unfinished::end(inf);
                Ok::<_, Error>(plan(inf, radl, placement, settings, now))
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
        let finish = |inf: &mut Infrastructure, summary: &Summary| {
            if summary.all_failed() && if_all_fail == IfAllFail::Delete {
                inf.deleted = true;
                for vm in &mut inf.vms {
                    Arc::make_mut(vm).destroyed = true;
                }
                return false;
            }
            if summary.all_failed() {
                inf.configured = Some(false);
            }
            let begun =
                !summary.all_failed() && summary.open.is_empty() && context::begin(inf, None);
            note_failures(inf, clock, summary);
            begun
        };
        let (summary, begun) = Launching::new(self, slot).run(groups, finish).await?;
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
        context_begun: bool,
    ) {
        if !summary.open.is_empty() {
            self.resume_later(slot, caller);
        }
        if context_begun {
            self.spawn_context(slot, caller, None);
        }
    }
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
