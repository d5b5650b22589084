//! A database around a database, that counts and measures what it is asked.
//!
//! Backends do not count: whatever is asked of any of them goes through here. Operations are counted here too, since
//! whoever begins, takes over or ends one writes it in the journal, and what is counted is what was committed. A
//! write whose outcome is unknown is not counted as begun or ended, even if it turns out to have landed; the operation is
//! then found in the journal when it ends.

mod ledger;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use im_domain::{BootId, Epoch, InfId, Infrastructure, OperationId, UserKey};
use im_telemetry::metrics::{OperationMetrics, PoolUse, StoreMetrics};
use im_telemetry::traces;
use im_util::Clock;
use tracing::Instrument;

use self::ledger::Ledger;
use crate::{
    Database, Intent, Journal, JournalChange, Loaded, Node, NodeRow, NodeState, Operation,
    OperationsOf, Position, Sessions, Standing, Store, StoreError, StoreErrorKind, Summary,
};

/// A database that counts and measures what it is asked.
#[derive(Debug)]
pub struct Measured {
    inner: Arc<dyn Database>,
    metrics: StoreMetrics,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    /// Whether the last question was answered.
    reachable: AtomicBool,
}

// === impl Measured ===

impl Measured {
    /// Around a database.
    pub fn new(
        inner: Arc<dyn Database>,
        metrics: StoreMetrics,
        operations: OperationMetrics,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            inner,
            metrics,
            ledger: Ledger::new(operations, Arc::clone(&clock)),
            clock,
            reachable: AtomicBool::new(true),
        }
    }

    /// Looks at what changes without a question: the use of connections, and the age of operations. To be called when
    /// the metrics are read; asks nobody.
    pub fn look(&self) {
        for used in self.inner.pools() {
            self.metrics.pool(used);
        }
        self.metrics.reachable(self.is_reachable());
        self.ledger.look();
    }

    async fn counted<T>(
        &self,
        call: &'static str,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let begun = self.clock.monotonic();
        let span = traces::query(self.inner.system(), call);
        let answer = question.instrument(span.clone()).await;
        let took = self.clock.monotonic().saturating_sub(begun);
        let error = answer.as_ref().err().map(|error| error.kind.as_str());
        self.metrics.called(call, error, took);
        if let Some(kind) = error {
            traces::failed(&span, kind);
        }
        let silent = answer.as_ref().err().is_some_and(|error| {
            let kind = &error.kind;
            matches!(kind, StoreErrorKind::Unavailable | StoreErrorKind::Unknown)
        });
        self.reachable.store(!silent, Ordering::Relaxed);
        answer
    }

    /// A write that changes the journal too.
    async fn written(
        &self,
        call: &'static str,
        journal: &[JournalChange],
        write: impl Future<Output = Result<Position, StoreError>>,
    ) -> Result<Position, StoreError> {
        let position = self.counted(call, write).await?;
        for unknown in self.ledger.committed(journal) {
            // Begun by another life of a node: rare, and worth a look at its key. Without an answer it is not counted.
            if let Ok(Some(operation)) = self.inner.operation(&unknown.id()).await {
                self.ledger.found(&unknown, &operation);
            }
        }
        Ok(position)
    }
}

#[async_trait]
impl Store for Measured {
    async fn insert_with(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let write = self.inner.insert_with(infrastructure, me, journal);
        self.written("insert", journal, write).await
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        self.counted("load", self.inner.load(id)).await
    }

    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError> {
        self.counted("standing", self.inner.standing(id)).await
    }

    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let write = self.inner.save_with(infrastructure, at, journal);
        self.written("save", journal, write).await
    }

    async fn record(
        &self,
        id: &InfId,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let write = self.inner.record(id, at, journal);
        self.written("record", journal, write).await
    }

    async fn acquire(
        &self,
        id: &InfId,
        seen: Epoch,
        me: &BootId,
        from: Option<&BootId>,
    ) -> Result<Position, StoreError> {
        let write = self.inner.acquire(id, seen, me, from);
        self.counted("acquire", write).await
    }

    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError> {
        self.counted("release", self.inner.release(id, at, me))
            .await
    }

    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
        self.counted("owned", self.inner.owned(boot)).await
    }

    async fn list(&self, users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
        self.counted("list", self.inner.list(users)).await
    }

    async fn list_all(&self) -> Result<Vec<InfId>, StoreError> {
        self.counted("list_all", self.inner.list_all()).await
    }

    async fn count(&self) -> Result<u64, StoreError> {
        let count = self.counted("count", self.inner.count()).await?;
        self.metrics.stored(count);
        Ok(count)
    }

    async fn summaries(&self, users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError> {
        self.counted("summaries", self.inner.summaries(users)).await
    }

    async fn purge(&self, created_before: i64, dry_run: bool) -> Result<u64, StoreError> {
        let write = self.inner.purge(created_before, dry_run);
        self.counted("purge", write).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.counted("ping", self.inner.ping()).await
    }

    fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    fn system(&self) -> &'static str {
        self.inner.system()
    }

    fn pools(&self) -> Vec<PoolUse> {
        self.inner.pools()
    }
}

#[async_trait]
impl Sessions for Measured {
    async fn enter(&self, node: &NodeRow) -> Result<(), StoreError> {
        self.counted("enter", self.inner.enter(node)).await
    }

    async fn beat(&self, boot: &BootId) -> Result<bool, StoreError> {
        self.counted("beat", self.inner.beat(boot)).await
    }

    async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        self.counted("nodes", self.inner.nodes()).await
    }

    async fn declare_dead(&self, boot: &BootId, seen_beat: u64) -> Result<bool, StoreError> {
        let write = self.inner.declare_dead(boot, seen_beat);
        self.counted("declare_dead", write).await
    }

    async fn set_state(&self, boot: &BootId, state: NodeState) -> Result<bool, StoreError> {
        self.counted("set_state", self.inner.set_state(boot, state))
            .await
    }

    async fn tidy_nodes(&self, unseen_for: Duration) -> Result<u64, StoreError> {
        self.counted("tidy_nodes", self.inner.tidy_nodes(unseen_for))
            .await
    }

    async fn cluster_id(&self) -> Result<String, StoreError> {
        self.counted("cluster_id", self.inner.cluster_id()).await
    }
}

#[async_trait]
impl Journal for Measured {
    async fn open_operations(&self, of: OperationsOf<'_>) -> Result<Vec<Operation>, StoreError> {
        let begun = self.clock.monotonic();
        let question = self.inner.open_operations(of);
        let found = self.counted("open_operations", question).await?;
        if matches!(of, OperationsOf::All) {
            self.ledger.listed(&found, begun);
        }
        Ok(found)
    }

    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        self.counted("operation", self.inner.operation(id)).await
    }

    async fn operation_by_key(
        &self,
        user: &UserKey,
        key: &str,
    ) -> Result<Option<Operation>, StoreError> {
        let question = self.inner.operation_by_key(user, key);
        self.counted("operation_by_key", question).await
    }

    async fn intents(&self, inf: &InfId) -> Result<Vec<Intent>, StoreError> {
        self.counted("intents", self.inner.intents(inf)).await
    }

    async fn tidy_journal(&self, ended_for: Duration) -> Result<u64, StoreError> {
        self.counted("tidy_journal", self.inner.tidy_journal(ended_for))
            .await
    }
}
