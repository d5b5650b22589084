//! What goes on beside the requests: the beat, the watcher, the listener to leases that change hands, and the look
//! whether the leases have forgotten everything.

use std::sync::Arc;
use std::time::Duration;

use im_telemetry::metrics::LostBy;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};

use super::{Cluster, Inner};

// === impl Cluster ===

impl Cluster {
    pub(super) fn start(&self) {
        let inner = &self.inner;
        let stop = inner.stop.clone();
        inner.loops.spawn({
            let (inner, stop) = (Arc::clone(inner), stop.clone());
            async move { inner.session.run(stop, || inner.lapsed()).await }
        });
        inner.loops.spawn({
            let (inner, stop) = (Arc::clone(inner), stop.clone());
            async move {
                let every = inner.settings.session.beat / 3;
                inner.members.run(&inner.session, every, stop).await;
            }
        });
        inner.loops.spawn({
            let (inner, stop) = (Arc::clone(inner), stop.clone());
            async move { stop.run_until_cancelled(inner.follow_leases()).await }
        });
        inner.loops.spawn({
            let inner = Arc::clone(inner);
            async move { stop.run_until_cancelled(inner.follow_incarnation()).await }
        });
    }
}

// === impl Inner ===

impl Inner {
    /// Everything that was owned in the name of the life that ended is lost; slots know it from their life.
    fn lapsed(&self) {
        let lost = self.table.count_of(self.session.life().boot());
        self.parts.metrics.leases.lost(LostBy::Session, lost);
        self.table.clear();
        self.hints().clear();
    }

    /// Forgets what is believed of infrastructures whose lease has changed hands, and wakes who waits for them.
    async fn follow_leases(&self) {
        let mut wakeups = self.parts.leases.wakeups();
        let mut ends = self.members.ends();
        loop {
            tokio::select! {
                id = wakeups.recv() => match id {
                    Ok(id) => {
                        self.hints().remove(&id);
                    }
                    Err(RecvError::Lagged(_)) => self.hints().clear(),
                    Err(RecvError::Closed) => return,
                },
                ended = ends.changed() => match ended {
                    Ok(()) => self.hints().clear(),
                    Err(_) => return,
                },
            }
            self.moved.notify_waiters();
        }
    }

    /// Publishes all leases again when they were forgotten, or some could not be published.
    async fn follow_incarnation(&self) {
        let mut known: Option<String> = None;
        let mut ticks = interval(self.settings.session.beat.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let Some(incarnation) = self.parts.leases.incarnation().await else {
                continue;
            };
            if known.as_ref() == Some(&incarnation) {
                continue;
            }
            if known.is_some() {
                tracing::warn!(
                    "leases were forgotten or could not be published, and are published again"
                );
            }
            for slot in self.table.all() {
                let lease = self.lease(slot.life(), slot.position().epoch);
                self.parts.leases.publish(slot.id(), &lease).await;
            }
            known = Some(incarnation);
        }
    }
}
