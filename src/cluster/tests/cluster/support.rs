//! A store in memory whose answers can be made to fail or to get lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use im_cluster::{CacheSettings, Cluster};
use im_domain::{BootId, Epoch, InfId, Infrastructure, OperationId, UserKey, Version};
use im_store::{
    Intent, Journal, JournalChange, Loaded, Node, NodeRow, NodeState, Operation, OperationsOf,
    Position, Sessions, Standing, Store, StoreError, StoreErrorKind, Summary,
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

#[derive(Clone, Debug)]
struct Row {
    infrastructure: Infrastructure,
    position: Position,
    owner: Option<BootId>,
}

/// The store.
#[derive(Debug)]
pub(crate) struct FaultyStore {
    rows: Mutex<HashMap<InfId, Row>>,
    nodes: Mutex<HashMap<BootId, Node>>,
    /// What was committed to journals.
    pub(crate) journal: Mutex<Vec<JournalChange>>,
    pub(crate) faults: Mutex<Vec<Fault>>,
    /// One permit lets one save pass.
    pub(crate) gate: Semaphore,
    /// One permit lets one release, which has its effect at once, be answered.
    pub(crate) releases: Semaphore,
    pub(crate) saves: AtomicU32,
    pub(crate) loads: AtomicU32,
}

impl FaultyStore {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            rows: Mutex::default(),
            nodes: Mutex::default(),
            journal: Mutex::default(),
            faults: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            releases: Semaphore::new(1_000),
            saves: AtomicU32::new(0),
            loads: AtomicU32::new(0),
        })
    }

    pub(crate) fn row(&self, id: &InfId) -> (Infrastructure, Position) {
        let rows = self.rows.lock().unwrap();
        (rows[id].infrastructure.clone(), rows[id].position)
    }

    /// Whom the row names.
    pub(crate) fn owner(&self, id: &InfId) -> Option<BootId> {
        self.rows.lock().unwrap()[id].owner
    }

    /// The session of a boot ends, as others would end it.
    pub(crate) fn kill(&self, boot: BootId) {
        let mut nodes = self.nodes.lock().unwrap();
        nodes.get_mut(&boot).unwrap().state = NodeState::Dead;
    }

    /// Writes behind the back of whoever owns the row.
    pub(crate) fn steal(&self, id: &InfId) {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(id).unwrap();
        row.position.epoch.0 += 1;
        row.owner = Some(BootId::random());
    }
}

/// A cluster over the store.
pub(crate) fn cluster(store: &Arc<FaultyStore>) -> Cluster {
    let settings = CacheSettings {
        time_to_idle: None,
        max_bytes: 1 << 30,
    };
    Cluster::new(
        Arc::clone(store) as Arc<dyn im_store::Database>,
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
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let position = Position {
            epoch: Epoch(1),
            version: Version(1),
        };
        let row = Row {
            infrastructure: infrastructure.clone(),
            position,
            owner: Some(*me),
        };
        self.journal.lock().unwrap().extend_from_slice(journal);
        let mut rows = self.rows.lock().unwrap();
        rows.insert(infrastructure.id.clone(), row);
        Ok(position)
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let row = self.rows.lock().unwrap().get(id).cloned();
        Ok(row.map(|row| Loaded {
            infrastructure: row.infrastructure,
            position: row.position,
            owner: row.owner,
        }))
    }

    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError> {
        let rows = self.rows.lock().unwrap();
        Ok(rows.get(id).map(|row| Standing {
            position: row.position,
            owner: row.owner,
            deleted: row.infrastructure.deleted,
        }))
    }

    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        journal: &[JournalChange],
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
        let row = rows.get_mut(&infrastructure.id).unwrap();
        if row.position != at {
            return Err(conflict(&infrastructure.id, Some(row.position)));
        }
        row.infrastructure = infrastructure.clone();
        row.position.version.0 += 1;
        self.journal.lock().unwrap().extend_from_slice(journal);
        if fault.is_some() {
            Err(lost())
        } else {
            Ok(row.position)
        }
    }

    async fn record(
        &self,
        id: &InfId,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(id).unwrap();
        if row.position != at {
            return Err(conflict(id, Some(row.position)));
        }
        row.position.version.0 += 1;
        self.journal.lock().unwrap().extend_from_slice(journal);
        Ok(row.position)
    }

    async fn acquire(
        &self,
        id: &InfId,
        seen: Epoch,
        me: &BootId,
        from: Option<&BootId>,
    ) -> Result<Position, StoreError> {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(id).unwrap();
        let free = row.owner.is_none() || row.owner == Some(*me) || row.owner.as_ref() == from;
        if row.position.epoch != seen || !free {
            return Err(conflict(id, Some(row.position)));
        }
        row.position.epoch.0 += 1;
        row.owner = Some(*me);
        Ok(row.position)
    }

    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError> {
        {
            let mut rows = self.rows.lock().unwrap();
            let row = rows.get_mut(id).unwrap();
            if row.position.epoch != at.epoch || row.owner != Some(*me) {
                return Err(conflict(id, Some(row.position)));
            }
            row.owner = None;
        }
        let _answered = self.releases.acquire().await.unwrap();
        Ok(())
    }

    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
        let rows = self.rows.lock().unwrap();
        let owned = rows.iter().filter(|(_, row)| row.owner == Some(*boot));
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

#[async_trait]
impl Sessions for FaultyStore {
    async fn enter(&self, row: &NodeRow) -> Result<(), StoreError> {
        let node = Node {
            row: row.clone(),
            state: NodeState::Alive,
            beat: 1,
            entered_ago: Duration::ZERO,
            seen_ago: Duration::ZERO,
        };
        self.nodes.lock().unwrap().insert(row.boot, node);
        Ok(())
    }

    async fn beat(&self, boot: &BootId) -> Result<bool, StoreError> {
        let mut nodes = self.nodes.lock().unwrap();
        let node = nodes.get_mut(boot).filter(|node| !node.state.is_over());
        Ok(node.map(|node| node.beat += 1).is_some())
    }

    async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        Ok(self.nodes.lock().unwrap().values().cloned().collect())
    }

    async fn declare_dead(&self, boot: &BootId, seen_beat: u64) -> Result<bool, StoreError> {
        let mut nodes = self.nodes.lock().unwrap();
        let node = nodes
            .get_mut(boot)
            .filter(|node| !node.state.is_over() && node.beat == seen_beat);
        Ok(node.map(|node| node.state = NodeState::Dead).is_some())
    }

    async fn set_state(&self, boot: &BootId, state: NodeState) -> Result<bool, StoreError> {
        let mut nodes = self.nodes.lock().unwrap();
        let node = nodes.get_mut(boot).filter(|node| !node.state.is_over());
        Ok(node.map(|node| node.state = state).is_some())
    }

    async fn tidy_nodes(&self, _unseen_for: Duration) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn cluster_id(&self) -> Result<String, StoreError> {
        Ok("in memory".to_owned())
    }
}

#[async_trait]
impl Journal for FaultyStore {
    async fn open_operations(&self, _of: OperationsOf<'_>) -> Result<Vec<Operation>, StoreError> {
        Ok(Vec::new())
    }

    async fn operation(&self, _id: &OperationId) -> Result<Option<Operation>, StoreError> {
        Ok(None)
    }

    async fn operation_by_key(
        &self,
        _user: &UserKey,
        _key: &str,
    ) -> Result<Option<Operation>, StoreError> {
        Ok(None)
    }

    async fn intents(&self, _inf: &InfId) -> Result<Vec<Intent>, StoreError> {
        Ok(Vec::new())
    }

    async fn tidy_journal(&self, _ended_for: Duration) -> Result<u64, StoreError> {
        Ok(0)
    }
}
