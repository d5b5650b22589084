//! One user-visible operation at a time for each infrastructure.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use im_telemetry::traces::TARGET;
use im_util::Clock;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tracing::Span;

/// The turn of an infrastructure's operations, and who has it.
#[derive(Debug)]
pub(crate) struct Turn {
    lock: Arc<AsyncMutex<()>>,
    holder: Arc<Mutex<Option<Holder>>>,
    clock: Arc<dyn Clock>,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    kind: &'static str,
    since: Duration,
}

/// The right to be the only operation on an infrastructure, until it is dropped.
#[derive(Debug)]
pub struct OperationGuard {
    holder: Arc<Mutex<Option<Holder>>>,
    /// From the turn to its end, in a trace.
    _span: Span,
    _lock: OwnedMutexGuard<()>,
}

// === impl Turn ===

impl Turn {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            lock: Arc::default(),
            holder: Arc::default(),
            clock,
        }
    }

    /// Waits for the turn; turns are given in the order of asking.
    pub(crate) async fn take(&self, kind: &'static str) -> OperationGuard {
        let lock = Arc::clone(&self.lock).lock_owned().await;
        self.enter(kind, lock)
    }

    /// Takes the turn if nobody has it.
    pub(crate) fn try_take(&self, kind: &'static str) -> Option<OperationGuard> {
        let lock = Arc::clone(&self.lock).try_lock_owned().ok()?;
        Some(self.enter(kind, lock))
    }

    fn enter(&self, kind: &'static str, lock: OwnedMutexGuard<()>) -> OperationGuard {
        let since = self.clock.monotonic();
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = Some(Holder { kind, since });
        OperationGuard {
            holder: Arc::clone(&self.holder),
            _span: span(kind),
            _lock: lock,
        }
    }

    /// What runs, and for how long.
    pub(crate) fn running(&self) -> Option<(&'static str, Duration)> {
        let holder = (*self.holder.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some((
            holder.kind,
            self.clock.monotonic().saturating_sub(holder.since),
        ))
    }
}

fn span(kind: &'static str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    tracing::info_span!(target: TARGET, "operation", otel.name = format!("operation {kind}"), im.operation.kind = kind)
}

impl Drop for OperationGuard {
    fn drop(&mut self) {
        // The lock is still held here, so this cannot erase the name of the next holder.
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
