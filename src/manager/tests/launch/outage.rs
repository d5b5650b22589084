//! A database that is away while clouds answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use im_domain::{BootId, Epoch, InfId, Infrastructure, OperationId, UserKey, VmState};
use im_manager::ErrorKind;
use im_store::{
    Database, Intent, Journal, JournalChange, Loaded, Node as NodeOfCluster, NodeRow, NodeState,
    Operation, OperationsOf, Position, Sessions, Standing, Store, StoreError, StoreErrorKind,
    Summary,
};

use tokio::sync::watch;

use crate::node::{Site, ann_in_lab, machines, more, settings, states};

/// A store that refuses so many writes, after so many others.
#[derive(Debug)]
pub(crate) struct Flaky {
    inner: Arc<dyn Database>,
    passes: AtomicUsize,
    refusals: AtomicUsize,
    halt: Mutex<Option<Halt>>,
    halted: watch::Sender<bool>,
}

/// After so many writes the database answers no more.
#[derive(Clone, Copy, Debug)]
struct Halt {
    after: usize,
    /// Whether the write at which it stops is made.
    written: bool,
}

// === impl Flaky ===

impl Flaky {
    pub(crate) fn over(inner: Arc<dyn Database>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            passes: AtomicUsize::new(0),
            refusals: AtomicUsize::new(0),
            halt: Mutex::new(None),
            halted: watch::Sender::new(false),
        })
    }

    fn refuse_after(&self, passes: usize, writes: usize) {
        self.passes.store(passes, Ordering::SeqCst);
        self.refuse(writes);
    }

    fn refuse(&self, writes: usize) {
        self.refusals.store(writes, Ordering::SeqCst);
    }

    /// After so many writes no write is answered any more; the first of those is made or not. Whoever writes through
    /// this is as good as dead.
    pub(crate) fn halt(&self, after: usize, written: bool) {
        *self.halt.lock().unwrap() = Some(Halt { after, written });
    }

    /// Waits until it answers no more.
    pub(crate) async fn until_halted(&self) {
        let mut halted = self.halted.subscribe();
        halted.wait_for(|halted| *halted).await.unwrap();
    }

    /// A write that may be the last one.
    async fn last<T>(
        &self,
        write: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let stops = {
            let mut halt = self.halt.lock().unwrap();
            match &mut *halt {
                None => None,
                Some(Halt { after: 0, written }) => Some(std::mem::take(written)),
                Some(halt) => {
                    halt.after -= 1;
                    None
                }
            }
        };
        match stops {
            None => return write.await,
            Some(true) => drop(write.await),
            Some(false) => {}
        }
        self.halted.send_replace(true);
        std::future::pending().await
    }

    fn write(&self) -> Result<(), StoreError> {
        let taken = |count: &AtomicUsize| {
            let less = |n: usize| n.checked_sub(1);
            count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        };
        if taken(&self.passes).is_ok() {
            return Ok(());
        }
        match taken(&self.refusals) {
            Ok(_) => Err(StoreError::new(
                StoreErrorKind::Unavailable,
                None,
                "the database is away, as the test wants it",
            )),
            Err(_) => Ok(()),
        }
    }
}

#[async_trait]
impl Store for Flaky {
    async fn insert_with(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        self.write()?;
        let write = self.inner.insert_with(infrastructure, me, journal);
        self.last(write).await
    }

    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError> {
        self.inner.standing(id).await
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        self.inner.load(id).await
    }

    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        self.write()?;
        let write = self.inner.save_with(infrastructure, at, journal);
        self.last(write).await
    }

    async fn record(
        &self,
        id: &InfId,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        self.write()?;
        let write = self.inner.record(id, at, journal);
        self.last(write).await
    }

    async fn acquire(
        &self,
        id: &InfId,
        seen: Epoch,
        me: &BootId,
        from: Option<&BootId>,
    ) -> Result<Position, StoreError> {
        if *self.halted.borrow() {
            std::future::pending::<()>().await;
        }
        self.inner.acquire(id, seen, me, from).await
    }

    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError> {
        self.inner.release(id, at, me).await
    }

    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
        self.inner.owned(boot).await
    }

    async fn list(&self, users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
        self.inner.list(users).await
    }

    async fn list_all(&self) -> Result<Vec<InfId>, StoreError> {
        self.inner.list_all().await
    }

    async fn summaries(&self, users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError> {
        self.inner.summaries(users).await
    }

    async fn purge(&self, created_before: i64, dry_run: bool) -> Result<u64, StoreError> {
        self.inner.purge(created_before, dry_run).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}

#[async_trait]
impl Sessions for Flaky {
    async fn enter(&self, node: &NodeRow) -> Result<(), StoreError> {
        self.inner.enter(node).await
    }

    async fn beat(&self, boot: &BootId) -> Result<bool, StoreError> {
        if *self.halted.borrow() {
            std::future::pending::<()>().await;
        }
        self.inner.beat(boot).await
    }

    async fn nodes(&self) -> Result<Vec<NodeOfCluster>, StoreError> {
        self.inner.nodes().await
    }

    async fn declare_dead(&self, boot: &BootId, seen_beat: u64) -> Result<bool, StoreError> {
        self.inner.declare_dead(boot, seen_beat).await
    }

    async fn set_state(&self, boot: &BootId, state: NodeState) -> Result<bool, StoreError> {
        self.inner.set_state(boot, state).await
    }

    async fn tidy_nodes(&self, unseen_for: Duration) -> Result<u64, StoreError> {
        self.inner.tidy_nodes(unseen_for).await
    }

    async fn cluster_id(&self) -> Result<String, StoreError> {
        self.inner.cluster_id().await
    }
}

#[async_trait]
impl Journal for Flaky {
    async fn open_operations(&self, of: OperationsOf<'_>) -> Result<Vec<Operation>, StoreError> {
        self.inner.open_operations(of).await
    }

    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        self.inner.operation(id).await
    }

    async fn operation_by_key(
        &self,
        user: &UserKey,
        key: &str,
    ) -> Result<Option<Operation>, StoreError> {
        self.inner.operation_by_key(user, key).await
    }

    async fn intents(&self, inf: &InfId) -> Result<Vec<Intent>, StoreError> {
        self.inner.intents(inf).await
    }

    async fn tidy_journal(&self, ended_for: Duration) -> Result<u64, StoreError> {
        self.inner.tidy_journal(ended_for).await
    }
}

#[tokio::test]
async fn no_cloud_is_called_before_the_machines_are_recorded() {
    let site = Site::new();
    let (node, flaky) = site.flaky_node(settings()).await;
    flaky.refuse(1);
    let refused = node.manager.create(&ann_in_lab(), machines(2), false).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Unavailable);
    let id = node.create(&ann_in_lab(), machines(1)).await;
    flaky.refuse(1);
    let refused = node.manager.add(&ann_in_lab(), &id, more(2), true).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(site.lab.launches().len(), 1);
    flaky.refuse(1);
    let refused = node.manager.destroy(&ann_in_lab(), &id, true, false).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Unavailable);
    assert!(site.lab.finalized().is_empty());
}

#[tokio::test]
async fn what_a_cloud_has_answered_is_recorded_once_the_database_is_back() {
    let site = Site::new();
    let (node, flaky) = site.flaky_node(settings()).await;
    site.lab.gate.forget_permits(usize::MAX);
    let credentials = ann_in_lab();
    let create = node.manager.create(&credentials, machines(2), false);
    let outage = async {
        site.lab.until_reached(1).await;
        flaky.refuse(3);
        site.lab.gate.add_permits(10);
    };
    let (id, ()) = tokio::join!(create, outage);
    let stored = node.stored(&id.unwrap()).await;
    assert_eq!(states(&stored), [VmState::Configured; 2]);
    assert_eq!(site.lab.launches().len(), 2);
    assert_eq!(site.lab.count(), 2);
}

#[tokio::test]
async fn what_has_begun_is_not_said_to_have_changed_nothing() {
    for destroys in [false, true] {
        let site = Site::new();
        let (node, flaky) = site.flaky_node(settings()).await;
        let id = node.create(&ann_in_lab(), machines(1)).await;
        flaky.refuse_after(1, 1);
        let manager = &node.manager;
        let refused = if destroys {
            manager.destroy(&ann_in_lab(), &id, false, false).await
        } else {
            let removed = manager.remove(&ann_in_lab(), &id, "0", false).await;
            removed.map(drop)
        };
        assert_eq!(refused.unwrap_err().kind, ErrorKind::OutcomeUnknown);
        assert_eq!(site.lab.finalized().len(), 1);
    }
}
