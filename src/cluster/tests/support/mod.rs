//! A store in memory whose answers can be made to fail or to get lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use im_cluster::{CacheSettings, Cluster};
use im_domain::{BootId, Epoch, InfId, Infrastructure, UserKey, Version};
use im_store::{
    JournalChange, Loaded, Position, Standing, Store, StoreError, StoreErrorKind, Summary,
};
use im_util::SystemClock;
use tokio::sync::Semaphore;

/// What happens to the next saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Refused, nothing is written.
    Refuse,
    /// Written, and the answer is lost.
    LoseAnswer,
    /// Not written, and the answer is lost.
    LoseRequest,
}

/// An infrastructure, where its row stands, and whose it is.
type Row = (Infrastructure, Position, Option<BootId>);

/// The store.
#[derive(Debug)]
pub(crate) struct FaultyStore {
    rows: Mutex<HashMap<InfId, Row>>,
    pub(crate) faults: Mutex<Vec<Fault>>,
    /// One permit lets one save pass.
    pub(crate) gate: Semaphore,
    pub(crate) saves: AtomicU32,
    pub(crate) loads: AtomicU32,
}

impl FaultyStore {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            rows: Mutex::default(),
            faults: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            saves: AtomicU32::new(0),
            loads: AtomicU32::new(0),
        })
    }

    pub(crate) fn row(&self, id: &InfId) -> (Infrastructure, Position) {
        let (infrastructure, position, _) = self.rows.lock().unwrap()[id].clone();
        (infrastructure, position)
    }

    /// Writes behind the back of whoever owns the row.
    pub(crate) fn steal(&self, id: &InfId) {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(id).unwrap();
        row.1.epoch.0 += 1;
        row.2 = Some(BootId::random());
    }
}

/// A cluster over the store.
pub(crate) fn cluster(store: &Arc<FaultyStore>) -> Cluster {
    let settings = CacheSettings {
        time_to_idle: None,
        max_bytes: 1 << 30,
    };
    Cluster::new(
        Arc::clone(store) as Arc<dyn Store>,
        Arc::new(SystemClock::new()),
        settings,
    )
}

fn conflict(id: &InfId, at: Option<Position>) -> StoreError {
    StoreError::new(StoreErrorKind::Conflict(at), Some(id), "the row moved")
}

#[async_trait]
impl Store for FaultyStore {
    async fn insert_with(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
        _journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let position = Position {
            epoch: Epoch(1),
            version: Version(1),
        };
        let row = (infrastructure.clone(), position, Some(*me));
        self.rows
            .lock()
            .unwrap()
            .insert(infrastructure.id.clone(), row);
        Ok(position)
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let row = self.rows.lock().unwrap().get(id).cloned();
        Ok(row.map(|(infrastructure, position, owner)| Loaded {
            infrastructure,
            position,
            owner,
        }))
    }

    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError> {
        let row = self.rows.lock().unwrap().get(id).cloned();
        Ok(row.map(|(infrastructure, position, owner)| Standing {
            position,
            owner,
            deleted: infrastructure.deleted,
        }))
    }

    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        _journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        self.gate.acquire().await.unwrap().forget();
        self.saves.fetch_add(1, Ordering::SeqCst);
        let fault = self.faults.lock().unwrap().pop();
        let lost = || StoreError::new(StoreErrorKind::Unknown, None, "the answer was lost");
        match fault {
            Some(Fault::Refuse) => {
                return Err(StoreError::new(
                    StoreErrorKind::Unavailable,
                    None,
                    "not now",
                ));
            }
            Some(Fault::LoseRequest) => return Err(lost()),
            Some(Fault::LoseAnswer) | None => {}
        }
        let mut rows = self.rows.lock().unwrap();
        let (stored, position, _) = rows.get_mut(&infrastructure.id).unwrap();
        if *position != at {
            return Err(conflict(&infrastructure.id, Some(*position)));
        }
        *stored = infrastructure.clone();
        position.version.0 += 1;
        if fault.is_some() {
            Err(lost())
        } else {
            Ok(*position)
        }
    }

    async fn record(
        &self,
        id: &InfId,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let infrastructure = self.row(id).0;
        self.save_with(&infrastructure, at, journal).await
    }

    async fn acquire(
        &self,
        id: &InfId,
        seen: Epoch,
        me: &BootId,
        from: Option<&BootId>,
    ) -> Result<Position, StoreError> {
        let mut rows = self.rows.lock().unwrap();
        let (_, position, owner) = rows.get_mut(id).unwrap();
        let free = owner.is_none_or(|owner| owner == *me || Some(&owner) == from);
        if position.epoch != seen || !free {
            return Err(conflict(id, Some(*position)));
        }
        position.epoch.0 += 1;
        *owner = Some(*me);
        Ok(*position)
    }

    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError> {
        let mut rows = self.rows.lock().unwrap();
        let (_, position, owner) = rows.get_mut(id).unwrap();
        if position.epoch != at.epoch || *owner != Some(*me) {
            return Err(conflict(id, Some(*position)));
        }
        *owner = None;
        Ok(())
    }

    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
        let rows = self.rows.lock().unwrap();
        let owned = rows.iter().filter(|(_, row)| row.2 == Some(*boot));
        Ok(owned.map(|(id, _)| id.clone()).collect())
    }

    async fn list(&self, _users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
        self.list_all().await
    }

    async fn list_all(&self) -> Result<Vec<InfId>, StoreError> {
        Ok(self.rows.lock().unwrap().keys().cloned().collect())
    }

    async fn summaries(&self, _users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError> {
        Ok(Vec::new())
    }

    async fn purge(&self, _created_before: i64, _dry_run: bool) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
