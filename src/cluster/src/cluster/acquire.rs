//! Taking an infrastructure: the driver of the machine's way from `Unowned` to `Held`.
//!
//! One acquisition at a time runs for an infrastructure in a process, in a task of its own that no caller can cut off;
//! so two slots of one infrastructure are never both alive in one life of a node.

use std::sync::Arc;

use futures::FutureExt;
use im_domain::{BootId, Epoch, InfId};
use im_store::{Loaded, Position, StoreError, StoreErrorKind};
use im_telemetry::metrics::{GivenBack, TakenFrom};
use im_util::failpoint;
use tracing::Instrument;

use super::{Inner, OPEN_ATTEMPTS, Opened};
use crate::leases::{Claimed, Lease};
use crate::life::NodeLife;
use crate::machine::{Answer, Claim, Effect, Event, Life, Refusal, State, step};
use crate::peers::{HandOver, Peer};
use crate::recovery::Recovering;
use crate::{ClusterError, Slot};

/// An acquisition under way.
struct Acquisition<'a> {
    inner: &'a Arc<Inner>,
    id: &'a InfId,
    life: Arc<NodeLife>,
    loaded: Option<Loaded>,
    /// What the store said last, if it failed.
    error: Option<ClusterError>,
    takes: usize,
    /// From whom it comes, as it seems now.
    from: TakenFrom,
}

/// Takes an acquisition out of the list when it has ended, however it has.
struct Landing<'a>(&'a Inner, &'a InfId);

/// What came of an effect.
enum Done {
    Next(Event<BootId>),
    Ended(Result<Opened, ClusterError>),
    Nothing,
}

// === impl Inner ===

impl Inner {
    /// Joins the acquisition that is under way, or begins one.
    pub(super) async fn flight(self: &Arc<Self>, id: &InfId) -> Result<Opened, ClusterError> {
        let flight = {
            let mut flights = self.flights();
            match flights.get(id) {
                Some(flight) => flight.clone(),
                None => {
                    let (inner, wanted) = (Arc::clone(self), id.clone());
                    let acquisition = async move {
                        let _landing = Landing(&inner, &wanted);
                        inner.acquire(&wanted).await
                    };
                    // In the trace of whoever asked first.
                    let task = self.tasks.spawn(acquisition.in_current_span());
                    let lost = ClusterError::Lost(id.clone());
                    let flight = task
                        .map(|joined| joined.unwrap_or(Err(lost)))
                        .boxed()
                        .shared();
                    // The task cannot end before this: it waits for the lock to take itself out.
                    flights.insert(id.clone(), flight.clone());
                    flight
                }
            }
        };
        flight.await
    }

    async fn acquire(self: &Arc<Self>, id: &InfId) -> Result<Opened, ClusterError> {
        // A slot that was made since the caller looked.
        if let Some(slot) = self.table.peek(id).filter(|slot| !slot.is_lost()) {
            return Ok(Opened::Here(slot));
        }
        let life = self.session.life();
        if !life.until_fresh(self.settings.patience).await {
            return Err(ClusterError::NotFresh);
        }
        if self.is_draining()
            && let Some(opened) = self.elsewhere(id, &life).await?
        {
            return Ok(opened);
        }
        let patience = self.parts.clock.monotonic() + self.settings.patience;
        loop {
            let moved = self.moved.notified();
            let mut acquisition = Acquisition {
                inner: self,
                id,
                life: Arc::clone(&life),
                loaded: None,
                error: None,
                takes: 0,
                from: TakenFrom::Nobody,
            };
            let opened = acquisition.run().await;
            let now = self.parts.clock.monotonic();
            if !matches!(opened, Err(ClusterError::OwnerSilent(_))) || now >= patience {
                return opened;
            }
            // It may answer soon, give it up, or be declared dead.
            let pause = (patience - now).min(self.settings.session.beat / 3);
            if tokio::time::timeout(pause, moved).await.is_err() {
                tracing::debug!(inf.id = %id, "asking a silent owner again");
            }
        }
    }

    /// While this node drains it takes nothing: who is to have the request?
    async fn elsewhere(
        &self,
        id: &InfId,
        life: &Arc<NodeLife>,
    ) -> Result<Option<Opened>, ClusterError> {
        let standing = self.parts.store.standing(id).await;
        let standing = standing.map_err(|error| ClusterError::from_store(id, &error))?;
        let Some(standing) = standing.filter(|standing| !standing.deleted) else {
            return Ok(Some(Opened::Absent));
        };
        if let Some(owner) = standing.owner.filter(|owner| *owner != life.boot())
            && let Some(peer) = self.members.peer(owner)
        {
            return Ok(Some(Opened::At(peer)));
        }
        let salt = id.as_str().bytes().fold(0_u64, |salt, byte| {
            salt.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        // Without another node this one serves to the end.
        Ok(self.members.substitute(life.boot(), salt).map(Opened::At))
    }

    /// Whether another node may do less than this one (I8).
    pub(super) fn does_less(&self, boot: BootId) -> bool {
        let mode = self.session.node().boot_mode;
        self.members.does_less_than(boot, mode)
    }

    pub(super) fn lease(&self, life: &NodeLife, epoch: Epoch) -> Lease {
        Lease {
            boot: life.boot(),
            epoch,
            address: self.session.node().address.clone(),
        }
    }

    /// Settles what was left open, in a task of its own; readers are let in meanwhile.
    fn recover(self: &Arc<Self>, slot: &Arc<Slot>) {
        let Some(turn) = slot.take_first_turn() else {
            return;
        };
        let recovering = Recovering::new(Arc::clone(slot), turn);
        let inner = Arc::clone(self);
        self.tasks.spawn(async move {
            let recovered = {
                failpoint!("cluster.recover.before");
                let recovery = inner.parts.recovery.recover(&recovering);
                let life = Arc::clone(recovering.slot().life());
                let ended = life.ended().run_until_cancelled(recovery).await;
                ended.unwrap_or_else(|| Err(ClusterError::Lost(recovering.slot().id().clone())))
            };
            let slot = Arc::clone(recovering.slot());
            if let Err(error) = recovered {
                tracing::warn!(inf.id = %slot.id(), %error, "an infrastructure could not be recovered and is given back");
                drop(recovering);
                inner.release(&slot, GivenBack::Unrecovered).await;
                return;
            }
            failpoint!("cluster.recover.after");
            slot.recovered();
            drop(recovering);
        });
    }
}

// === impl Landing ===

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.0.flights().remove(self.1);
    }
}

// === impl Acquisition ===

impl Acquisition<'_> {
    async fn run(&mut self) -> Result<Opened, ClusterError> {
        let mut state = State::Unowned;
        let mut event = Event::Wanted { ask_leases: true };
        loop {
            if self.life.is_ended() {
                event = Event::Lapsed;
            }
            let (next, effects) = step(state, event);
            state = next;
            let mut following = None;
            for effect in effects {
                match self.perform(effect).await {
                    Done::Next(event) => following = Some(event),
                    Done::Ended(opened) => return opened,
                    Done::Nothing => {}
                }
            }
            let Some(next) = following else {
                return Err(ClusterError::Lost(self.id.clone()));
            };
            event = next;
        }
    }

    async fn perform(&mut self, effect: Effect<BootId>) -> Done {
        let leases = &self.inner.parts.leases;
        match effect {
            Effect::ClaimLease => Done::Next(Event::Claimed(self.claim().await)),
            Effect::ReadRow => Done::Next(self.read_row().await),
            Effect::Judge(owner) => Done::Next(self.judge(owner).await),
            Effect::AskOwner(owner) => Done::Next(Event::Answered(self.ask(owner).await)),
            Effect::Take { seen, from } => Done::Next(self.take(seen, from).await),
            Effect::WithdrawLease => {
                leases.withdraw(self.id, self.life.boot()).await;
                Done::Nothing
            }
            Effect::PublishLease(at) => {
                let lease = self.inner.lease(&self.life, at.epoch);
                leases.publish(self.id, &lease).await;
                Done::Ended(self.opened(at).await)
            }
            Effect::AnswerAbsent => Done::Ended(Ok(Opened::Absent)),
            Effect::AnswerRemote(owner) => Done::Ended(self.remote(owner)),
            Effect::Refuse(refusal) => Done::Ended(Err(self.refusal(refusal))),
            _ => Done::Nothing,
        }
    }

    async fn claim(&self) -> Claim<BootId> {
        let Inner { parts, members, .. } = &**self.inner;
        let mine = self.inner.lease(&self.life, Epoch(0));
        let claimed = parts.leases.claim(self.id, &mine).await;
        let Claimed::HeldBy(lease) = claimed else {
            return claim_of(claimed);
        };
        if members.is_distrusted(self.id, lease.boot) {
            return Claim::Silent;
        }
        match members.judge(lease.boot).await {
            // What would be sent there might be refused there.
            Ok(Life::Alive) if self.inner.does_less(lease.boot) => Claim::Silent,
            Ok(Life::Alive) => Claim::HeldBy(lease.boot),
            Ok(Life::Ended) => {
                let replaced = parts.leases.replace(self.id, lease.boot, &mine).await;
                claim_of(replaced)
            }
            Err(_) => Claim::Silent,
        }
    }

    async fn read_row(&mut self) -> Event<BootId> {
        match self.inner.parts.store.load(self.id).await {
            Ok(Some(loaded)) if !loaded.infrastructure.deleted => {
                let (at, owner) = (loaded.position, loaded.owner);
                self.loaded = Some(loaded);
                let mine = owner == Some(self.life.boot());
                Event::Row { at, owner, mine }
            }
            Ok(_) => Event::NoRow,
            Err(error) => self.failed(&error),
        }
    }

    async fn judge(&mut self, owner: BootId) -> Event<BootId> {
        match self.inner.members.judge(owner).await {
            Ok(life) => {
                if life == Life::Ended {
                    self.from = TakenFrom::Ended;
                }
                Event::Judged(life)
            }
            Err(error) => self.failed(&error),
        }
    }

    async fn ask(&mut self, owner: BootId) -> Answer {
        let Inner { parts, members, .. } = &**self.inner;
        let Some(peer) = members.peer(owner) else {
            return Answer::Silent;
        };
        let me = self.life.boot();
        match parts.peers.hand_over(&peer, me, self.id).await {
            Ok(HandOver::Released) => {
                self.from = TakenFrom::Owner;
                Answer::Released
            }
            // Soon it is not.
            Ok(HandOver::Busy) if self.inner.does_less(owner) => Answer::Silent,
            Ok(HandOver::Busy) => Answer::Busy,
            Err(error) => {
                tracing::warn!(inf.id = %self.id, %error, "the owner of an infrastructure is silent");
                Answer::Silent
            }
        }
    }

    async fn take(&mut self, seen: Epoch, from: Option<BootId>) -> Event<BootId> {
        // What the session proves must hold when the statement is sent; that it is late to arrive, or lands after this
        // boot was declared dead, only makes an owner that is dead.
        if !self.life.is_fresh() {
            return Event::DeadlinePassed;
        }
        self.takes += 1;
        if self.takes > OPEN_ATTEMPTS {
            return Event::Failed;
        }
        let store = &self.inner.parts.store;
        let me = self.life.boot();
        failpoint!("cluster.take.before", return Event::Failed);
        match store.acquire(self.id, seen, &me, from.as_ref()).await {
            Ok(at) => {
                failpoint!("cluster.take.after", return Event::Raced);
                Event::Taken(at)
            }
            Err(StoreError {
                kind: StoreErrorKind::Conflict(_) | StoreErrorKind::Unknown,
                ..
            }) => Event::Raced,
            Err(error) => self.failed(&error),
        }
    }

    async fn opened(&mut self, at: Position) -> Result<Opened, ClusterError> {
        let Some(loaded) = self.loaded.take() else {
            return Err(ClusterError::Lost(self.id.clone()));
        };
        let surroundings = self.inner.surroundings(Arc::clone(&self.life));
        let slot = Slot::new(loaded.infrastructure, at, surroundings);
        let slot = self.inner.table.hold(slot);
        self.inner.recover(&slot);
        self.inner.table.keep(&slot).await;
        self.inner.hints().remove(self.id);
        self.inner.parts.metrics.leases.acquired(self.from);
        Ok(Opened::Here(slot))
    }

    fn remote(&self, owner: BootId) -> Result<Opened, ClusterError> {
        let peer: Option<Peer> = self.inner.members.peer(owner);
        let peer = peer.ok_or_else(|| ClusterError::OwnerSilent(self.id.clone()))?;
        self.inner.remember(self.id, &peer);
        Ok(Opened::At(peer))
    }

    fn failed(&mut self, error: &StoreError) -> Event<BootId> {
        self.error = Some(ClusterError::from_store(self.id, error));
        Event::Failed
    }

    fn refusal(&mut self, refusal: Refusal) -> ClusterError {
        match refusal {
            Refusal::OwnerSilent => ClusterError::OwnerSilent(self.id.clone()),
            Refusal::NotFresh => ClusterError::NotFresh,
            Refusal::StoreSilent | Refusal::Lost | Refusal::NotNow => {
                let error = self.error.take();
                error.unwrap_or_else(|| ClusterError::Lost(self.id.clone()))
            }
        }
    }
}

fn claim_of(claimed: Claimed) -> Claim<BootId> {
    match claimed {
        Claimed::Mine => Claim::Mine,
        Claimed::HeldBy(lease) => Claim::HeldBy(lease.boot),
        Claimed::Silent => Claim::Silent,
    }
}
