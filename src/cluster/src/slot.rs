//! The one place of an infrastructure in this process: its snapshot for readers and the way of its changes.

mod commit;
mod release;
mod resolve;
mod state;
mod tally;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use im_domain::{InfId, Infrastructure, Version};
use im_store::{Database, JournalChange, Position};
use im_telemetry::metrics::{ClusterMetrics, Tally};
use im_util::{Clock, failpoint};
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio_util::task::TaskTracker;

use crate::life::NodeLife;
use crate::operation::Turn;
use crate::settings::ReadMode;
use crate::{Asked, ChangeError, ClusterError, OperationGuard};
use state::Working;

/// An infrastructure that this process owns.
#[derive(Debug)]
pub struct Slot {
    id: InfId,
    surroundings: Surroundings,
    snapshot: ArcSwap<Infrastructure>,
    working: Mutex<Working>,
    /// Nothing is held any more. Never goes back.
    over: AtomicBool,
    /// Told at each step of the machine.
    stepped: watch::Sender<()>,
    turn: Turn,
    refreshed: AtomicU64,
    refresh: AsyncMutex<()>,
    asked: Asked,
    /// When it began to be owned here, in monotonic time.
    since: Duration,
    /// When the last statement was sent of which the database has said that the row was this boot's: nanoseconds of monotonic
    /// time.
    confirmed: AtomicU64,
}

/// What a slot lives in.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    pub(crate) store: Arc<dyn Database>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tasks: TaskTracker,
    pub(crate) metrics: Arc<ClusterMetrics>,
    /// The life of the node in whose name it is owned.
    pub(crate) life: Arc<NodeLife>,
    pub(crate) read_mode: ReadMode,
    pub(crate) patience: Duration,
}

/// How often an answer that must be proved by the database is tried again because a change came between.
const READ_ATTEMPTS: usize = 5;

/// For how long after a statement was sent its answer says whose a row is, beside the session.
const CONFIRMED: Duration = Duration::from_millis(500);

// === impl Slot ===

impl Slot {
    pub(crate) fn new(
        infrastructure: Infrastructure,
        position: Position,
        surroundings: Surroundings,
    ) -> Self {
        let infrastructure = Arc::new(infrastructure);
        let metrics = &surroundings.metrics.infrastructures;
        let tally = tally::tally(metrics, &infrastructure);
        metrics.changed(&Tally::default(), &tally);
        Self {
            id: infrastructure.id.clone(),
            snapshot: ArcSwap::new(Arc::clone(&infrastructure)),
            working: Mutex::new(Working::new(infrastructure, position, tally)),
            over: AtomicBool::new(false),
            stepped: watch::Sender::new(()),
            turn: Turn::new(Arc::clone(&surroundings.clock)),
            refreshed: AtomicU64::new(0),
            refresh: AsyncMutex::new(()),
            asked: Asked::default(),
            since: surroundings.clock.monotonic(),
            confirmed: AtomicU64::new(0),
            surroundings,
        }
    }

    /// The id of its infrastructure.
    pub fn id(&self) -> &InfId {
        &self.id
    }

    /// The infrastructure as last committed here, for work on it. Takes no lock and does not wait. It proves nothing
    /// about now: what is answered to a client comes from [`Slot::read`].
    pub fn snapshot(&self) -> Arc<Infrastructure> {
        self.snapshot.load_full()
    }

    /// The infrastructure as it is: no change of it was acknowledged anywhere that is missing here.
    ///
    /// # Errors
    /// `NotFresh` if that cannot be proved in time; `Lost` if it is not owned here any more: open it again.
    pub async fn read(&self) -> Result<Arc<Infrastructure>, ClusterError> {
        self.read_at()
            .await
            .map(|(infrastructure, _)| infrastructure)
    }

    /// As [`Slot::read`], with the place in the life of the row at which it is so.
    ///
    /// # Errors
    /// As those of [`Slot::read`].
    pub async fn read_at(&self) -> Result<(Arc<Infrastructure>, Position), ClusterError> {
        match self.surroundings.read_mode {
            ReadMode::Cached => self.read_cached().await,
            ReadMode::Validated => self.read_validated().await,
        }
    }

    /// The snapshot and its position, which are swapped together.
    fn snapshot_at(&self) -> (Arc<Infrastructure>, Position) {
        let working = self.working();
        (self.snapshot(), working.position())
    }

    async fn read_cached(&self) -> Result<(Arc<Infrastructure>, Position), ClusterError> {
        let life = &self.surroundings.life;
        loop {
            // Take, and only then look at the clock: a process that was stopped between the two finds out.
            let snapshot = self.snapshot_at();
            if self.is_lost() {
                return Err(self.lost());
            }
            if life.is_fresh() {
                return Ok(snapshot);
            }
            if !life.until_fresh(self.surroundings.patience).await {
                return Err(ClusterError::NotFresh);
            }
        }
    }

    async fn read_validated(&self) -> Result<(Arc<Infrastructure>, Position), ClusterError> {
        for _ in 0..READ_ATTEMPTS {
            if self.is_lost() {
                return Err(self.lost());
            }
            let (snapshot, at) = self.snapshot_at();
            if cfg!(feature = "bug-trust-cache") || self.standing_is(at).await? {
                return Ok((snapshot, at));
            }
        }
        Err(ClusterError::NotFresh)
    }

    /// Whether the infrastructure, which was deleted here, is not there now: what is deleted can be made again by any
    /// node, without the consent of this one. Finding another owner ends the slot.
    pub(crate) async fn stays_deleted(&self) -> Result<bool, ClusterError> {
        let at = self.working().position();
        match self.standing_is(at).await {
            Ok(_) => Ok(true),
            Err(ClusterError::Lost(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether the row stands where this slot has come to. Finding another owner ends the slot.
    async fn standing_is(&self, at: Position) -> Result<bool, ClusterError> {
        let sent = self.surroundings.clock.monotonic();
        let asked = self.surroundings.store.standing(&self.id).await;
        let standing = asked.map_err(|error| ClusterError::from_store(&self.id, &error))?;
        let Some(standing) = standing else {
            self.fenced(None);
            return Err(self.lost());
        };
        if standing.owner != Some(self.surroundings.life.boot()) {
            self.fenced(Some(standing.position));
            return Err(self.lost());
        }
        self.confirmed(sent);
        Ok(standing.position == at)
    }

    /// The database has answered a statement that was sent then: the row was this boot's.
    pub(crate) fn confirmed(&self, sent: Duration) {
        let sent = u64::try_from(sent.as_nanos()).unwrap_or(u64::MAX);
        self.confirmed.fetch_max(sent, Ordering::AcqRel);
    }

    fn was_just_confirmed(&self) -> bool {
        let sent = Duration::from_nanos(self.confirmed.load(Ordering::Acquire));
        let now = self.surroundings.clock.monotonic();
        !sent.is_zero() && now.saturating_sub(sent) < CONFIRMED
    }

    /// Whether an effect that cannot be fenced, such as a call of a cloud, may begin now: the session is fresh, and
    /// the database says that the row is still this boot's, or has said so a moment ago.
    ///
    /// It is the session that proves it: nobody takes over from a boot that is not declared dead. The question is for those who
    /// trust no clock, and a commit that was just acknowledged (most calls follow one) has answered it.
    ///
    /// # Errors
    /// `NotFresh` or `Lost`: begin nothing. What the database says otherwise.
    pub async fn confirm(&self) -> Result<(), ClusterError> {
        failpoint!("cluster.confirm.before", return Err(self.lost()));
        if !self.was_just_confirmed() {
            self.standing_is(self.position()).await?;
        }
        if self.is_lost() {
            return Err(self.lost());
        }
        if !self.surroundings.life.is_fresh() {
            return Err(ClusterError::NotFresh);
        }
        failpoint!("cluster.confirm.after");
        Ok(())
    }

    /// Where the row stands, as far as acknowledged.
    pub fn position(&self) -> Position {
        self.working().position()
    }

    /// Whether the infrastructure was found to belong to somebody else, or was given back: serve nothing from here.
    pub fn is_lost(&self) -> bool {
        self.over.load(Ordering::Acquire) || self.surroundings.life.is_ended()
    }

    /// Whether nothing is held any more, whatever has become of the life of the node.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// How long it has been owned here: what an earlier owner began, it began before.
    pub fn held_for(&self) -> Duration {
        let now = self.surroundings.clock.monotonic();
        now.saturating_sub(self.since)
    }

    /// The life of the node in whose name it is owned: work on it ends with that life.
    pub fn life(&self) -> &Arc<NodeLife> {
        &self.surroundings.life
    }

    /// Applies a change and waits until it is committed.
    ///
    /// The closure works on the newest state, which may hold changes that are not yet committed; it runs under a lock
    /// and must be quick. If it refuses, nothing is changed. On success the change is durable and visible.
    ///
    /// Waits for the settling of open intents, if that is still going on.
    pub async fn change<T, E>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Infrastructure) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        self.change_with(|infrastructure, _| change(infrastructure))
            .await
    }

    /// Applies a change together with changes of the journal, which are committed in the same transaction.
    pub async fn change_with<T, E>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Infrastructure, &mut Vec<JournalChange>) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        self.until_recovered().await;
        self.commit(None, change).await
    }

    /// As [`Slot::change_with`], if the infrastructure is at one of these versions: nothing was committed since, and
    /// nothing is on its way. What comes between the look and the commit is no matter, since both are one step.
    ///
    /// # Errors
    /// `Stale` if it is not, and those of a change.
    pub async fn change_at<T, E>(
        self: &Arc<Self>,
        versions: &[Version],
        change: impl FnOnce(&mut Infrastructure, &mut Vec<JournalChange>) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        self.until_recovered().await;
        self.until(|working| !working.is_ahead()).await;
        self.commit(Some(versions), change).await
    }

    /// Commits changes of the journal alone.
    ///
    /// # Errors
    /// As those of a change.
    pub async fn record(self: &Arc<Self>, journal: Vec<JournalChange>) -> Result<(), ClusterError> {
        self.until_recovered().await;
        self.commit_journal(journal).await
    }

    /// Applies a change that nobody waits for: it is committed soon, together with others.
    pub fn change_detached<T, E>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Infrastructure) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        if !self.is_recovered() {
            let why = format!("infrastructure {} is being recovered", self.id);
            return Err(ClusterError::Unavailable(why).into());
        }
        self.apply(None, |infrastructure, _| change(infrastructure))
            .map(|(value, _)| value)
    }

    /// Waits for the turn to be the only user-visible operation on this infrastructure (create, add, destroy ...).
    /// Readers never wait for it, and single changes need not have it.
    pub async fn operation(&self, kind: &'static str) -> OperationGuard {
        self.until_recovered().await;
        self.turn.take(kind).await
    }

    /// Takes the turn if no operation runs.
    pub fn try_operation(&self, kind: &'static str) -> Option<OperationGuard> {
        if !self.is_recovered() {
            return None;
        }
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
        let now = self.surroundings.clock.monotonic();
        let millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
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

    fn lost(&self) -> ClusterError {
        ClusterError::Lost(self.id.clone())
    }

    fn working(&self) -> MutexGuard<'_, Working> {
        self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
