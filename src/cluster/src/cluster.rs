//! The infrastructures that this process owns, found by id.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use im_domain::{BootId, InfId, Infrastructure};
use im_store::{Store, StoreErrorKind};
use im_util::Clock;
use moka::future::Cache;
use tokio_util::task::TaskTracker;

use crate::{ClusterError, Slot};

/// How much is kept in memory, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct CacheSettings {
    /// An infrastructure that nobody asked for in this time is forgotten (`INF_CACHE_TIME`); `None`: kept while there
    /// is room.
    pub time_to_idle: Option<Duration>,
    /// Room, in bytes, estimated.
    pub max_bytes: u64,
}

/// The infrastructures that this process owns.
#[derive(Clone, Debug)]
pub struct Cluster {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// This life of the node, to which the rows of its slots belong.
    me: BootId,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    /// Keeps what is used; forgets what is idle or does not fit.
    cache: Cache<InfId, Arc<Slot>>,
    /// Finds what somebody holds, even if the cache has forgotten it.
    held: Mutex<HashMap<InfId, Weak<Slot>>>,
}

/// Why a load found nothing to keep.
#[derive(Clone, Debug)]
enum Absent {
    NotThere,
    Failed(ClusterError),
}

/// How often an opening that lost a race against another one is tried again.
const OPEN_ATTEMPTS: usize = 5;

// === impl Cluster ===

impl Cluster {
    /// An empty cache over a store.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, settings: CacheSettings) -> Self {
        let mut cache = Cache::builder()
            .max_capacity(settings.max_bytes)
            .weigher(|_, slot: &Arc<Slot>| estimated_bytes(&slot.snapshot()));
        if let Some(idle) = settings.time_to_idle {
            cache = cache.time_to_idle(idle);
        }
        Self {
            inner: Arc::new(Inner {
                me: BootId::random(),
                store,
                clock,
                tasks: TaskTracker::new(),
                cache: cache.build(),
                held: Mutex::default(),
            }),
        }
    }

    /// The store below, for lists and statistics.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// Commits a new infrastructure and answers its slot.
    pub async fn create(&self, infrastructure: Infrastructure) -> Result<Arc<Slot>, ClusterError> {
        let id = infrastructure.id.clone();
        let cluster = self.clone();
        // In a task of its own: whoever asked may go away, the commit and its slot belong together.
        let created = self.inner.tasks.spawn(async move {
            let id = infrastructure.id.clone();
            let position = cluster
                .inner
                .store
                .insert(&infrastructure, &cluster.inner.me)
                .await
                .map_err(|error| ClusterError::from_store(&id, &error))?;
            let slot = cluster.hold(cluster.new_slot(infrastructure, position));
            cluster.inner.cache.insert(id, Arc::clone(&slot)).await;
            Ok(slot)
        });
        created
            .await
            .unwrap_or_else(|_| Err(ClusterError::OutcomeUnknown(id)))
    }

    /// The slot of a live infrastructure; `None` if there never was one or it was deleted. Loads it, and takes
    /// ownership of its row, if this process does not hold it; callers at the same time share one load.
    pub async fn open(&self, id: &InfId) -> Result<Option<Arc<Slot>>, ClusterError> {
        let mut last = ClusterError::Lost(id.clone());
        for _ in 0..OPEN_ATTEMPTS {
            match self
                .inner
                .cache
                .try_get_with(id.clone(), self.load(id))
                .await
            {
                Ok(slot) if slot.is_lost() => {
                    self.forget(&slot).await;
                }
                Ok(slot) if slot.snapshot().deleted => return Ok(None),
                Ok(slot) => return Ok(Some(slot)),
                Err(absent) => match Absent::clone(&absent) {
                    Absent::NotThere => return Ok(None),
                    Absent::Failed(error @ ClusterError::Lost(_)) => last = error,
                    Absent::Failed(error) => return Err(error),
                },
            }
        }
        Err(last)
    }

    /// Weighs a slot again after its infrastructure has grown.
    pub async fn reweigh(&self, slot: &Arc<Slot>) {
        if !slot.is_lost() {
            self.inner
                .cache
                .insert(slot.id().clone(), Arc::clone(slot))
                .await;
        }
    }

    /// How many infrastructures are cached, about.
    pub fn cached(&self) -> u64 {
        self.inner.cache.entry_count()
    }

    /// Waits until every commit that was begun has ended. To be called after the last change.
    pub async fn close(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    async fn load(&self, id: &InfId) -> Result<Arc<Slot>, Absent> {
        if let Some(slot) = self.held(id) {
            return Ok(slot);
        }
        let store = &self.inner.store;
        let failed = |error| Absent::Failed(ClusterError::from_store(id, &error));
        let Some(seen) = store.load(id).await.map_err(failed)? else {
            return Err(Absent::NotThere);
        };
        if seen.infrastructure.deleted {
            return Err(Absent::NotThere);
        }
        let position = store
            .acquire(id, seen.position.epoch, &self.inner.me, seen.owner.as_ref())
            .await
            .map_err(failed)?;
        if position.version != seen.position.version {
            // Somebody wrote between the two statements: read again under the new epoch.
            let conflict = StoreErrorKind::Conflict(Some(position));
            let error =
                im_store::StoreError::new(conflict, Some(id), "the row moved while it was read");
            return Err(failed(error));
        }
        Ok(self.hold(self.new_slot(seen.infrastructure, position)))
    }

    fn new_slot(&self, infrastructure: Infrastructure, position: im_store::Position) -> Slot {
        Slot::new(
            infrastructure,
            position,
            self.inner.me,
            Arc::clone(&self.inner.store),
            Arc::clone(&self.inner.clock),
            self.inner.tasks.clone(),
        )
    }

    fn held(&self, id: &InfId) -> Option<Arc<Slot>> {
        let held = self
            .inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.get(id)
            .and_then(Weak::upgrade)
            .filter(|slot| !slot.is_lost())
    }

    fn hold(&self, slot: Slot) -> Arc<Slot> {
        let slot = Arc::new(slot);
        let mut held = self
            .inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if held.len() == held.capacity() {
            // Before the table grows, drop what nobody holds any more: each entry is looked at a bounded number of
            // times on average.
            held.retain(|_, slot| slot.strong_count() > 0);
        }
        held.insert(slot.id().clone(), Arc::downgrade(&slot));
        slot
    }

    /// Forgets a lost slot, unless another one took its place.
    async fn forget(&self, lost: &Arc<Slot>) {
        let cached = self.inner.cache.get(lost.id()).await;
        if cached.is_some_and(|cached| Arc::ptr_eq(&cached, lost)) {
            self.inner.cache.invalidate(lost.id()).await;
        }
    }
}

/// What an infrastructure takes in memory, about: a fixed part and one for each machine.
fn estimated_bytes(infrastructure: &Infrastructure) -> u32 {
    const FIXED: usize = 4_000;
    const VM: usize = 3_500;
    let bytes = FIXED + VM * infrastructure.vms.len() + infrastructure.cont_out.len();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
