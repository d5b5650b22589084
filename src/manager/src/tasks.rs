//! Work that goes on after the request that began it has been answered.
//!
//! Every such piece of work is a task of this tracker: a node that ends waits for them, and none is forgotten. A task
//! that panics is reported in the log with its infrastructure and harms nothing else.
//!
//! Two kinds of work are bound to an infrastructure and exist at most once for each: its contextualization (a new one
//! ends the former) and the taking up of unfinished launches (a second one is not begun).

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use im_domain::InfId;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// A task ended by a panic, which was logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

/// The tasks of a manager.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    contexts: Mutex<HashMap<InfId, CancellationToken>>,
    resuming: Mutex<HashSet<InfId>>,
}

// === impl Tasks ===

impl Tasks {
    /// Begins a task about an infrastructure.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        name: &'static str,
        inf: &InfId,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Result<T, Panicked>> {
        let span = tracing::info_span!("work", inf.id = %inf, work = name);
        let work = async move {
            AssertUnwindSafe(work).catch_unwind().await.map_err(|_| {
                tracing::error!("A piece of work of the service failed.");
                Panicked
            })
        };
        self.tracker.spawn(work.instrument(span))
    }

    /// Ends when the node is ending: nothing new is to be begun.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Waits, unless the node ends first. Answers whether the whole time has passed.
    pub(crate) async fn sleep(&self, time: Duration) -> bool {
        self.stop
            .run_until_cancelled(tokio::time::sleep(time))
            .await
            .is_some()
    }

    /// The token of a new contextualization; the former one of the infrastructure is told to end.
    pub(crate) fn new_context(&self, inf: &InfId) -> CancellationToken {
        let token = self.stop.child_token();
        let mut contexts = locked(&self.contexts);
        contexts.retain(|_, token| !token.is_cancelled());
        if let Some(former) = contexts.insert(inf.clone(), token.clone()) {
            former.cancel();
        }
        token
    }

    /// Tells the contextualization of an infrastructure to end.
    pub(crate) fn end_context(&self, inf: &InfId) {
        if let Some(token) = locked(&self.contexts).remove(inf) {
            token.cancel();
        }
    }

    /// Whether a contextualization of the infrastructure is under way.
    pub(crate) fn has_context(&self, inf: &InfId) -> bool {
        locked(&self.contexts)
            .get(inf)
            .is_some_and(|token| !token.is_cancelled())
    }

    /// Whether unfinished launches of the infrastructure may be taken up now: nobody does it yet.
    pub(crate) fn begin_resume(&self, inf: &InfId) -> bool {
        !self.stop.is_cancelled() && locked(&self.resuming).insert(inf.clone())
    }

    /// Somebody else may take them up again.
    pub(crate) fn end_resume(&self, inf: &InfId) {
        locked(&self.resuming).remove(inf);
    }

    /// Begins nothing any more and waits for what runs, `grace` at most. Answers whether everything has ended.
    pub(crate) async fn close(&self, grace: Duration) -> bool {
        self.stop.cancel();
        self.tracker.close();
        tokio::time::timeout(grace, self.tracker.wait())
            .await
            .is_ok()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
