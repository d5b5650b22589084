//! How much memory the documents of calls may take together.
//!
//! Each document is bounded, and so is the number of connections; their product is not small. So the bytes of long
//! documents are counted while they arrive and until they are read: a client takes from the budget what it has really
//! sent, and what it cannot get is refused at once. Nobody waits, so nobody can be kept waiting.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that are free.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    free: Arc<Semaphore>,
}

/// Bytes that somebody has, until this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Share {
    permit: Option<OwnedSemaphorePermit>,
}

// === impl Budget ===

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Adds bytes to a share. Whether there were enough.
    pub(crate) fn give(&self, share: &mut Share, bytes: usize) -> bool {
        let more = u32::try_from(bytes)
            .ok()
            .and_then(|bytes| Arc::clone(&self.free).try_acquire_many_owned(bytes).ok());
        let Some(more) = more else { return false };
        match &mut share.permit {
            Some(permit) => permit.merge(more),
            none => *none = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_free_again() {
        let budget = Budget::new(10);
        let (mut a, mut b) = (Share::default(), Share::default());
        assert!(budget.give(&mut a, 4));
        assert!(budget.give(&mut a, 4));
        assert!(!budget.give(&mut b, 3));
        assert!(budget.give(&mut b, 2));
        drop(a);
        assert!(budget.give(&mut b, 8));
        assert!(!budget.give(&mut b, 1));
    }
}
