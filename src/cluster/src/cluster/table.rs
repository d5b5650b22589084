//! The slots of this process: those that are kept because they are used, and those that somebody still holds.
//!
//! The cache keeps what is used and lets go what is idle or does not fit. Letting go is not losing: a slot that
//! somebody holds (work runs on it) is found again through its weak reference, and is given back only when nobody does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use im_domain::{BootId, InfId, Infrastructure};
use im_telemetry::metrics::{ClusterMetrics, Evicted};
use moka::future::Cache;
use moka::notification::RemovalCause;

use super::Inner;
use crate::Slot;

/// How much is kept in memory, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct CacheSettings {
    /// An infrastructure that nobody asked for in this time is given back (`INF_CACHE_TIME`); `None`: kept while there
    /// is room.
    pub time_to_idle: Option<Duration>,
    /// Room, in bytes, estimated (`CACHE_MAX_BYTES`).
    pub max_bytes: u64,
}

/// The slots.
#[derive(Debug)]
pub(super) struct Table {
    cache: Cache<InfId, Arc<Slot>>,
    held: Mutex<HashMap<InfId, Weak<Slot>>>,
}

// === impl Table ===

impl Table {
    pub(super) fn new(
        settings: CacheSettings,
        inner: Weak<Inner>,
        metrics: Arc<ClusterMetrics>,
    ) -> Self {
        let mut cache = Cache::builder()
            .max_capacity(settings.max_bytes)
            .weigher(|_, slot: &Arc<Slot>| estimated_bytes(&slot.snapshot()))
            .eviction_listener(move |_, slot: Arc<Slot>, cause| {
                let reason = match cause {
                    RemovalCause::Expired => Evicted::Idle,
                    RemovalCause::Size => Evicted::Room,
                    _ => return,
                };
                metrics.cache.evicted(reason);
                if let Some(inner) = inner.upgrade() {
                    inner.let_go(slot);
                }
            });
        if let Some(idle) = settings.time_to_idle {
            cache = cache.time_to_idle(idle);
        }
        Self {
            cache: cache.build(),
            held: Mutex::default(),
        }
    }

    /// The slot of an infrastructure, if this process has one, lost or not; and it is used now.
    pub(super) async fn find(&self, id: &InfId) -> Option<Arc<Slot>> {
        if let Some(slot) = self.cache.get(id).await {
            return Some(slot);
        }
        let slot = self.peek(id).filter(|slot| !slot.is_lost())?;
        self.keep(&slot).await;
        Some(slot)
    }

    /// The slot of an infrastructure, without using it.
    pub(super) fn peek(&self, id: &InfId) -> Option<Arc<Slot>> {
        self.held().get(id).and_then(Weak::upgrade)
    }

    /// All slots that are not lost, without using them.
    pub(super) fn all(&self) -> Vec<Arc<Slot>> {
        let held = self.held();
        held.values()
            .filter_map(Weak::upgrade)
            .filter(|slot| !slot.is_lost())
            .collect()
    }

    /// Makes a slot findable.
    pub(super) fn hold(&self, slot: Slot) -> Arc<Slot> {
        let slot = Arc::new(slot);
        let mut held = self.held();
        if held.len() == held.capacity() {
            // Before the table grows, drop what nobody holds any more: each entry is looked at a bounded number of
            // times on average.
            held.retain(|_, slot| slot.strong_count() > 0);
        }
        held.insert(slot.id().clone(), Arc::downgrade(&slot));
        slot
    }

    /// Keeps a slot, weighed as it is now.
    pub(super) async fn keep(&self, slot: &Arc<Slot>) {
        self.cache.insert(slot.id().clone(), Arc::clone(slot)).await;
    }

    /// Whether the cache keeps this very slot, without using it, and at the same cost however many there are: a node whose
    /// cache is full asks this for each slot that work runs on.
    pub(super) fn keeps(&self, slot: &Arc<Slot>) -> bool {
        let newest = self.peek(slot.id());
        newest.is_some_and(|newest| Arc::ptr_eq(&newest, slot))
            && self.cache.contains_key(slot.id())
    }

    /// Lets the cache drop what it has let go, so that who holds a slot can be counted.
    pub(super) async fn settle(&self) {
        self.cache.run_pending_tasks().await;
    }

    /// Forgets a slot, unless another one took its place.
    pub(super) async fn forget(&self, slot: &Arc<Slot>) {
        let cached = self.cache.get(slot.id()).await;
        if cached.is_some_and(|cached| Arc::ptr_eq(&cached, slot)) {
            self.cache.invalidate(slot.id()).await;
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.cache.invalidate_all();
    }

    pub(super) fn cached(&self) -> u64 {
        self.cache.entry_count()
    }

    /// How many the cache keeps, and their room, about.
    pub(super) fn kept(&self) -> (u64, u64) {
        (self.cache.entry_count(), self.cache.weighted_size())
    }

    /// How many there are that are not lost.
    pub(super) fn count(&self) -> usize {
        let held = self.held();
        let slots = held.values().filter_map(Weak::upgrade);
        slots.filter(|slot| !slot.is_lost()).count()
    }

    /// How many a life of this node holds, even if it has ended.
    pub(super) fn count_of(&self, life: BootId) -> usize {
        let held = self.held();
        let slots = held.values().filter_map(Weak::upgrade);
        let of_it = |slot: &Arc<Slot>| slot.life().boot() == life && !slot.is_over();
        slots.filter(of_it).count()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<InfId, Weak<Slot>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the entry of an infrastructure takes, about.
fn estimated_bytes(infrastructure: &Infrastructure) -> u32 {
    /// The slot, its place in both tables, and what is counted too low inside.
    const SLOT: usize = 2_700;
    u32::try_from(SLOT + infrastructure.footprint()).unwrap_or(u32::MAX)
}
