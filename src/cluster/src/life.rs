//! One life of this node: until when it may answer from memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use im_domain::BootId;
use im_util::Clock;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// One life of this node, from the beginning of a session to its end.
///
/// Whether it is *fresh* is computed at each use from the monotonic clock, never kept as a flag: a process that was
/// stopped for a minute finds itself stale at the first question after it wakes.
#[derive(Debug)]
pub struct NodeLife {
    boot: BootId,
    clock: Arc<dyn Clock>,
    /// Monotonic nanoseconds of this process; all ones: never.
    deadline: AtomicU64,
    beaten: Notify,
    /// What `ended` says, for those who only ask: a token takes a lock to answer, and every read asks several times.
    is_ended: AtomicBool,
    ended: CancellationToken,
}

const NEVER: u64 = u64::MAX;

// === impl NodeLife ===

impl NodeLife {
    /// A life that may act until the deadline.
    pub(crate) fn new(boot: BootId, clock: Arc<dyn Clock>, deadline: Duration) -> Self {
        Self::with(boot, clock, nanos(deadline))
    }

    /// The life of a node that is alone with its store.
    pub(crate) fn alone(boot: BootId, clock: Arc<dyn Clock>) -> Self {
        Self::with(boot, clock, NEVER)
    }

    fn with(boot: BootId, clock: Arc<dyn Clock>, deadline: u64) -> Self {
        Self {
            boot,
            clock,
            deadline: AtomicU64::new(deadline),
            beaten: Notify::new(),
            is_ended: AtomicBool::new(false),
            ended: CancellationToken::new(),
        }
    }

    /// Its id.
    pub fn boot(&self) -> BootId {
        self.boot
    }

    /// Whether nobody can have taken over what this life owns, as of now.
    pub fn is_fresh(&self) -> bool {
        if cfg!(feature = "bug-trust-cache") {
            return true;
        }
        if self.is_ended() {
            return false;
        }
        let deadline = self.deadline.load(Ordering::Acquire);
        deadline == NEVER || nanos(self.clock.monotonic()) < deadline
    }

    /// Whether it was found to be declared dead, or ended itself.
    pub fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::Acquire)
    }

    /// Ends with this life: work that is done in its name listens to it.
    pub fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Waits until it is fresh, `limit` at most. Answers whether it is.
    pub async fn until_fresh(&self, limit: Duration) -> bool {
        if self.is_fresh() {
            return true;
        }
        let wait = async {
            loop {
                let beaten = self.beaten.notified();
                if self.is_fresh() {
                    return true;
                }
                tokio::select! {
                    () = beaten => {}
                    () = self.ended.cancelled() => return false,
                }
            }
        };
        tokio::time::timeout(limit, wait)
            .await
            .unwrap_or_else(|_| self.is_fresh())
    }

    /// A beat that was sent at some moment has landed. Beats may be learned of in any order.
    pub(crate) fn beaten(&self, deadline: Duration) {
        self.deadline.fetch_max(nanos(deadline), Ordering::AcqRel);
        self.beaten.notify_waiters();
    }

    pub(crate) fn end(&self) {
        self.is_ended.store(true, Ordering::Release);
        self.ended.cancel();
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER - 1)
}
