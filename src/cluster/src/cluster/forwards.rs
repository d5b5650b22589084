//! From where the requests come that were forwarded to this node.
//!
//! Every request that comes directly asks whether it has anything to forget; nearly always there is nothing, and that is
//! found without the lock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use im_domain::{BootId, InfId};

/// How many requests of each infrastructure came one after the other from the same other node.
#[derive(Debug, Default)]
pub(super) struct Forwards {
    /// As many as there are infrastructures in `counts`; changed under its lock.
    known: AtomicUsize,
    counts: Mutex<HashMap<InfId, (BootId, u32)>>,
}

// === impl Forwards ===

impl Forwards {
    /// One more came from a node. Answers whether it is the last of `limit`; they are counted anew then.
    pub(super) fn is_last_of(&self, limit: u32, id: &InfId, by: BootId) -> bool {
        let mut counts = self.counts();
        let (from, count) = counts.entry(id.clone()).or_insert((by, 0));
        if *from != by {
            (*from, *count) = (by, 0);
        }
        *count += 1;
        let is_last = *count >= limit;
        if is_last {
            counts.remove(id);
        }
        self.known.store(counts.len(), Ordering::Release);
        is_last
    }

    /// Forgets what was counted of an infrastructure. `id` is asked for it if there is anything to forget.
    pub(super) fn forget(&self, id: impl FnOnce() -> Option<InfId>) {
        if self.known.load(Ordering::Acquire) == 0 {
            return;
        }
        if let Some(id) = id() {
            let mut counts = self.counts();
            counts.remove(&id);
            self.known.store(counts.len(), Ordering::Release);
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<InfId, (BootId, u32)>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
