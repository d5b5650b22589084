//! Leaving in order.
//!
//! `begin_drain` takes nothing new; `drain` gives back what is idle at once and the rest as its work ends, and answers when nothing
//! is left or the time is over; requests are served all the while. `close` then ends the session, after which others
//! need not wait for what is left. What is still running is found by its intents.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use im_store::NodeState;
use im_telemetry::metrics::GivenBack;
use im_util::failpoint;
use tokio::time::{Instant, sleep_until};

use super::{Cluster, Inner};

/// How often is looked whether work has ended.
const LOOK: Duration = Duration::from_millis(100);

/// Who holds an idle slot while a drain looks at it: the cache, the list of the drain.
const CACHE_AND_LIST: usize = 2;

// === impl Cluster ===

impl Cluster {
    /// Takes nothing new from now on and gives back what this node owns, as soon as nothing happens on it; `limit` at
    /// most (`DRAIN_TIMEOUT`). Answers how many infrastructures are left.
    pub async fn drain(&self, limit: Duration) -> usize {
        let inner = &self.inner;
        if inner.alone {
            return 0;
        }
        if !inner.is_draining() {
            self.begin_drain().await;
        }
        let end = Instant::now() + limit;
        loop {
            inner.release_idle(end).await;
            let left = inner.table.all().len();
            if left == 0 || Instant::now() >= end {
                return left;
            }
            sleep_until((Instant::now() + LOOK).min(end)).await;
        }
    }

    /// Takes nothing new from now on, and tells the other nodes. What is owned here stays until [`Cluster::drain`].
    pub async fn begin_drain(&self) {
        let inner = &self.inner;
        inner.draining.store(true, Ordering::Release);
        if inner.alone {
            return;
        }
        if let Err(error) = inner.session.set_state(NodeState::Draining).await {
            tracing::warn!(%error, "the other nodes do not know that this one drains");
        }
        failpoint!("cluster.drain.announced");
    }

    /// Whether this node takes nothing new.
    pub fn is_draining(&self) -> bool {
        self.inner.is_draining()
    }

    /// Ends: waits until every commit that was begun has ended, then ends the session. To be called after the last
    /// change.
    pub async fn close(&self) {
        let inner = &self.inner;
        inner.stop.cancel();
        inner.tasks.close();
        inner.tasks.wait().await;
        inner.loops.close();
        inner.loops.wait().await;
        if inner.alone {
            return;
        }
        failpoint!("cluster.leave.before", return);
        if let Err(error) = inner.session.leave().await {
            tracing::warn!(%error, "the other nodes do not know that this one is gone and find out in SESSION_TTL");
        }
    }
}

// === impl Inner ===

impl Inner {
    async fn release_idle(self: &Arc<Self>, end: Instant) {
        self.table.settle().await;
        for slot in self.table.all() {
            if Instant::now() >= end {
                return;
            }
            if slot.is_idle(CACHE_AND_LIST) {
                self.release(&slot, GivenBack::Drained).await;
                failpoint!("cluster.drain.between");
            }
        }
    }
}
