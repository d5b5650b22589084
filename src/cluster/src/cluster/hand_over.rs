//! Giving infrastructures to others: asked for, offered, or because nobody uses them here.

use std::sync::Arc;
use std::time::Duration;

use im_domain::{BootId, InfId};
use im_store::StoreErrorKind;
use im_telemetry::metrics::GivenBack;
use im_util::failpoint;

use super::{Cluster, Inner};
use crate::Slot;
use crate::peers::{HandOver, Peer};

/// How often a slot that does not fit any more, and that work pins, is looked at again.
const PINNED_LOOK: Duration = Duration::from_secs(1);

/// Who holds an idle slot: the cache, and who looks.
const CACHE_AND_ME: usize = 2;

// === impl Cluster ===

impl Cluster {
    /// Another node wants an infrastructure that the row says this boot owns. Given back if nothing happens on it.
    pub async fn hand_over(&self, id: &InfId, _to: BootId) -> HandOver {
        let inner = &self.inner;
        if inner.flights().contains_key(id) {
            return HandOver::Busy;
        }
        let Some(slot) = inner.table.peek(id).filter(|slot| !slot.is_lost()) else {
            return inner.disown(id).await;
        };
        inner.table.settle().await;
        if !slot.is_idle(CACHE_AND_ME) {
            return HandOver::Busy;
        }
        failpoint!("cluster.hand-over.before", return HandOver::Busy);
        let released = inner.release(&slot, GivenBack::Asked).await;
        failpoint!("cluster.hand-over.after", return HandOver::Busy);
        if released {
            HandOver::Released
        } else {
            HandOver::Busy
        }
    }

    /// Asks another node for an infrastructure that it does not use, so that the next opening here takes it. Answers
    /// whether it was given.
    pub async fn ask_for(&self, id: &InfId, owner: &Peer) -> bool {
        let me = self.life().boot();
        let answer = self.inner.parts.peers.hand_over(owner, me, id).await;
        let given = matches!(answer, Ok(HandOver::Released));
        if given {
            self.inner.hints().remove(id);
        }
        given
    }

    /// A request came through another node. After some of them the infrastructure is offered to that node, so that
    /// ownership follows the traffic.
    pub fn forwarded(&self, id: &InfId, by: BootId) {
        let inner = &self.inner;
        let limit = inner.settings.forwards_before_offer;
        if !inner.forwards.is_last_of(limit, id, by) {
            return;
        }
        let (inner, id) = (Arc::clone(inner), id.clone());
        self.inner
            .tasks
            .spawn(async move { inner.offer(&id, by).await });
    }

    /// A request came straight to its owner: the traffic is where the infrastructure is.
    /// `id` is asked for it if there is anything to forget.
    pub fn came_directly(&self, id: impl FnOnce() -> Option<InfId>) {
        self.inner.forwards.forget(id);
    }

    /// Another node has given an infrastructure back because its requests come through this one.
    pub fn offered(&self, id: &InfId) {
        if self.inner.is_draining() {
            return;
        }
        self.inner.hints().remove(id);
        let (cluster, id) = (self.clone(), id.clone());
        self.inner.tasks.spawn(async move {
            if let Err(error) = cluster.open(&id).await {
                tracing::debug!(inf.id = %id, %error, "an infrastructure that was offered was not taken");
            }
        });
    }
}

// === impl Inner ===

impl Inner {
    /// Gives a slot back and forgets it. Answers whether the row names nobody, or somebody else, now.
    ///
    /// In a task of its own: whoever asked may go away, as a node does that waits no longer for an answer. A slot that
    /// was given back by halves would let nobody in any more.
    pub(super) async fn release(self: &Arc<Self>, slot: &Arc<Slot>, reason: GivenBack) -> bool {
        let (inner, slot) = (Arc::clone(self), Arc::clone(slot));
        let released = self.tasks.spawn(async move {
            let lost_before = slot.is_lost();
            let given_back = slot.give_back().await;
            if given_back && !lost_before {
                inner.parts.metrics.leases.given_back(reason);
            }
            inner.table.forget(&slot).await;
            let (leases, me) = (&inner.parts.leases, slot.life().boot());
            leases.withdraw(slot.id(), me).await;
            given_back
        });
        released.await.unwrap_or(false)
    }

    /// The row may name this boot without a slot, if a release was not answered: then it is given back now.
    async fn disown(&self, id: &InfId) -> HandOver {
        let me = self.session.life().boot();
        let store = &self.parts.store;
        match store.standing(id).await {
            Ok(Some(standing)) if standing.owner == Some(me) => {
                // An acquisition of our own that began meanwhile raises the epoch, or finds the row free.
                match store.release(id, standing.position, &me).await {
                    Ok(()) => HandOver::Released,
                    Err(error) if matches!(error.kind, StoreErrorKind::Conflict(_)) => {
                        HandOver::Released
                    }
                    Err(_) => HandOver::Busy,
                }
            }
            Ok(_) => HandOver::Released,
            Err(_) => HandOver::Busy,
        }
    }

    async fn offer(self: &Arc<Self>, id: &InfId, to: BootId) {
        let Some(slot) = self.table.peek(id).filter(|slot| !slot.is_lost()) else {
            return;
        };
        let Some(peer) = self.members.peer(to).filter(|_| !self.does_less(to)) else {
            return;
        };
        self.table.settle().await;
        if !slot.is_idle(CACHE_AND_ME) || !self.release(&slot, GivenBack::Offered).await {
            return;
        }
        failpoint!("cluster.offer.released", return);
        let me = self.session.life().boot();
        if let Err(error) = self.parts.peers.offer(&peer, me, id).await {
            tracing::debug!(inf.id = %id, %error, "an infrastructure could not be offered");
        }
    }

    /// The cache has let a slot go. Work that runs pins it: it is given back when nobody holds it.
    pub(super) fn let_go(self: &Arc<Self>, slot: Arc<Slot>) {
        if self.alone || slot.is_lost() {
            return;
        }
        let inner = Arc::clone(self);
        self.tasks.spawn(async move {
            // Held by this task alone.
            while !slot.is_idle(1) {
                tokio::select! {
                    () = tokio::time::sleep(PINNED_LOOK) => {}
                    () = inner.stop.cancelled() => return,
                }
                if slot.is_lost() || inner.table.keeps(&slot) {
                    return;
                }
            }
            inner.release(&slot, GivenBack::Idle).await;
        });
    }
}
