//! The one place of an infrastructure in this process: its snapshot for readers and the way of its changes.
//!
//! # Commits are coalesced
//! A change is applied at once to a working copy, under a short lock that is never held across an await, and joins
//! the *batch* of changes that wait for the next commit. One task at a time commits: it takes the working copy and
//! its batch, saves it, swaps the snapshot, tells the batch, and looks whether another batch has gathered meanwhile.
//! So there is at most one write under way for an infrastructure, and a thousand machines that report at once cost a
//! handful of commits.
//!
//! # A commit that fails
//! The working copy holds changes of the failed batch and of those that came after it and saw it. All of them fail
//! and the working copy goes back to the snapshot: none of them was acknowledged, none of them is visible.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use im_domain::{BootId, InfId, Infrastructure};
use im_store::{Position, Store, StoreError, StoreErrorKind};
use im_util::Clock;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio_util::task::TaskTracker;

use crate::operation::Turn;
use crate::{Asked, ChangeError, ClusterError, OperationGuard};

/// How often the store is asked what became of a write whose answer was lost, and how long to wait between.
const RESOLVE_PAUSES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// An infrastructure that this process owns.
#[derive(Debug)]
pub struct Slot {
    id: InfId,
    me: BootId,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    snapshot: ArcSwap<Infrastructure>,
    working: Mutex<Working>,
    lost: AtomicBool,
    turn: Turn,
    refreshed: AtomicU64,
    refresh: AsyncMutex<()>,
    asked: Asked,
}

/// What the next commit will write.
#[derive(Debug)]
struct Working {
    infrastructure: Arc<Infrastructure>,
    /// Where the row stands, as far as acknowledged.
    position: Position,
    /// The changes since the last commit was begun; none if nobody waits.
    batch: Option<Batch>,
    /// A task is committing.
    committing: bool,
}

type Outcome = Option<Result<(), ClusterError>>;

#[derive(Clone, Debug)]
struct Batch {
    outcome: watch::Sender<Outcome>,
}

/// Stands for the task that commits the batches of a slot.
struct CommitGuard<'a>(&'a Slot);

// === impl Slot ===

impl Slot {
    pub(crate) fn new(
        infrastructure: Infrastructure,
        position: Position,
        me: BootId,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
    ) -> Self {
        let infrastructure = Arc::new(infrastructure);
        Self {
            id: infrastructure.id.clone(),
            me,
            store,
            tasks,
            snapshot: ArcSwap::new(Arc::clone(&infrastructure)),
            working: Mutex::new(Working {
                infrastructure,
                position,
                batch: None,
                committing: false,
            }),
            lost: AtomicBool::new(false),
            turn: Turn::new(Arc::clone(&clock)),
            clock,
            refreshed: AtomicU64::new(0),
            refresh: AsyncMutex::new(()),
            asked: Asked::default(),
        }
    }

    /// The id of its infrastructure.
    pub fn id(&self) -> &InfId {
        &self.id
    }

    /// The infrastructure as last committed. Takes no lock and does not wait.
    pub fn snapshot(&self) -> Arc<Infrastructure> {
        self.snapshot.load_full()
    }

    /// Where the row stands, as far as acknowledged.
    pub fn position(&self) -> Position {
        self.working().position
    }

    /// Whether the infrastructure was found to belong to somebody else: serve nothing from here.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Applies a change and waits until it is committed.
    ///
    /// The closure works on the newest state, which may hold changes that are not yet committed; it runs under a lock
    /// and must be quick. If it refuses, nothing is changed. On success the change is durable and visible.
    pub async fn change<T, E>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Infrastructure) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        let (value, batch) = self.apply(change)?;
        let mut outcome = batch.outcome.subscribe();
        drop(batch);
        let settled = outcome
            .wait_for(Option::is_some)
            .await
            .map(|outcome| outcome.clone());
        match settled {
            Ok(Some(Ok(()))) => Ok(value),
            Ok(Some(Err(error))) => Err(error.into()),
            // The committing task died without a word.
            Ok(None) | Err(_) => Err(ClusterError::OutcomeUnknown(self.id.clone()).into()),
        }
    }

    /// Applies a change that nobody waits for: it is committed soon, together with others.
    pub fn change_detached<T, E>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Infrastructure) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        self.apply(change).map(|(value, _)| value)
    }

    /// Waits for the turn to be the only user-visible operation on this infrastructure (create, add, destroy ...).
    /// Readers never wait for it, and single changes need not have it.
    pub async fn operation(&self, kind: &'static str) -> OperationGuard {
        self.turn.take(kind).await
    }

    /// Takes the turn if no operation runs.
    pub fn try_operation(&self, kind: &'static str) -> Option<OperationGuard> {
        self.turn.try_take(kind)
    }

    /// The operation that runs now, and for how long.
    pub fn running_operation(&self) -> Option<(&'static str, Duration)> {
        self.turn.running()
    }

    /// Monotonic time of this process at which the clouds were last asked about the machines; zero if never.
    pub fn refreshed_at(&self) -> Duration {
        Duration::from_millis(self.refreshed.load(Ordering::Acquire))
    }

    /// Remembers that the clouds were asked now.
    pub fn mark_refreshed(&self) {
        let millis = u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX);
        self.refreshed.store(millis.max(1), Ordering::Release);
    }

    /// When the clouds were asked about each machine.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Lets one caller at a time ask the clouds: whoever waits here finds the answers of the one before.
    pub async fn refresh_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.refresh.lock().await
    }

    fn working(&self) -> MutexGuard<'_, Working> {
        self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn apply<T, E>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Infrastructure) -> Result<T, E>,
    ) -> Result<(T, Batch), ChangeError<E>> {
        let mut working = self.working();
        if self.is_lost() {
            return Err(ClusterError::Lost(self.id.clone()).into());
        }
        let mut copy = Infrastructure::clone(&working.infrastructure);
        let value = change(&mut copy).map_err(ChangeError::Refused)?;
        working.infrastructure = Arc::new(copy);
        let batch = working.batch.get_or_insert_with(Batch::new).clone();
        if !working.committing {
            working.committing = true;
            self.tasks.spawn(Arc::clone(self).commit_batches());
        }
        Ok((value, batch))
    }

    /// Commits until no batch is left. There is at most one such task for a slot.
    async fn commit_batches(self: Arc<Self>) {
        let _guard = CommitGuard(&self);
        loop {
            let (next, batch, position) = {
                let mut working = self.working();
                let Some(batch) = working.batch.take() else {
                    working.committing = false;
                    return;
                };
                (Arc::clone(&working.infrastructure), batch, working.position)
            };
            let outcome = match self.store.save(&next, position).await {
                Ok(position) => self.committed(next, position),
                Err(error) if error.kind.is_definite() => self.refused(&error),
                Err(error) => self.resolve(next, position, &error).await,
            };
            batch.settle(outcome);
        }
    }

    fn committed(&self, next: Arc<Infrastructure>, position: Position) -> Result<(), ClusterError> {
        self.working().position = position;
        self.snapshot.store(next);
        Ok(())
    }

    /// Nothing was written: the working copy goes back to the snapshot, and what was built upon it fails too.
    fn refused(&self, error: &StoreError) -> Result<(), ClusterError> {
        let refusal = ClusterError::from_store(&self.id, error);
        let later = {
            let mut working = self.working();
            if matches!(refusal, ClusterError::Lost(_)) {
                self.lost.store(true, Ordering::Release);
            }
            working.infrastructure = self.snapshot();
            working.batch.take()
        };
        if let Some(later) = later {
            later.settle(Err(refusal.clone()));
        }
        tracing::warn!(inf.id = %self.id, error = %error, "a commit was refused");
        Err(refusal)
    }

    /// Finds out whether a write landed whose answer was lost: once the epoch is raised, it has or never will.
    async fn resolve(
        &self,
        attempted: Arc<Infrastructure>,
        position: Position,
        error: &StoreError,
    ) -> Result<(), ClusterError> {
        tracing::warn!(inf.id = %self.id, error = %error, "the outcome of a commit is unknown; asking");
        for pause in RESOLVE_PAUSES {
            tokio::time::sleep(pause).await;
            match self.ask_outcome(position).await {
                Ok(Some(true)) => {
                    let fenced = self.working().position;
                    return self.committed(attempted, fenced);
                }
                Ok(Some(false)) => {
                    let refusal = StoreError::new(
                        StoreErrorKind::Unavailable,
                        Some(&self.id),
                        "the write did not reach the database",
                    );
                    return self.refused(&refusal);
                }
                Ok(None) => {
                    let moved = StoreErrorKind::Conflict(None);
                    let moved = StoreError::new(moved, Some(&self.id), "the row has another owner");
                    return self.refused(&moved);
                }
                Err(error) => {
                    tracing::warn!(inf.id = %self.id, error = %error, "the database does not answer");
                }
            }
        }
        self.lost.store(true, Ordering::Release);
        let unknown = StoreError::new(
            StoreErrorKind::Unknown,
            Some(&self.id),
            "the database did not say what became of a write",
        );
        self.refused(&unknown)
    }

    /// Raises the epoch and looks: `Some(landed)`, or `None` if the row has another owner or is gone.
    async fn ask_outcome(&self, before: Position) -> Result<Option<bool>, StoreError> {
        let Some(seen) = self.store.load(&self.id).await? else {
            return Ok(None);
        };
        if seen.position.epoch < before.epoch {
            return Ok(None);
        }
        let fenced = match self
            .store
            .acquire(&self.id, seen.position.epoch, &self.me, None)
            .await
        {
            Ok(position) => position,
            Err(error) if matches!(error.kind, StoreErrorKind::Conflict(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.working().position = fenced;
        Ok(Some(fenced.version > before.version))
    }
}

// === impl CommitGuard ===

impl Drop for CommitGuard<'_> {
    /// Ends the slot if its committing task is torn down in the middle: nobody waits for ever, and the next opening
    /// loads the truth.
    fn drop(&mut self) {
        let mut working = self.0.working();
        if !working.committing {
            return;
        }
        working.committing = false;
        self.0.lost.store(true, Ordering::Release);
        if let Some(batch) = working.batch.take() {
            batch.settle(Err(ClusterError::OutcomeUnknown(self.0.id.clone())));
        }
    }
}

// === impl Batch ===

impl Batch {
    fn new() -> Self {
        Self {
            outcome: watch::Sender::new(None),
        }
    }

    fn settle(&self, outcome: Result<(), ClusterError>) {
        self.outcome.send_replace(Some(outcome));
    }
}
