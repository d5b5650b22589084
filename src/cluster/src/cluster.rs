//! The infrastructures that this node owns, found by id; and the way to those that others own.

mod acquire;
mod background;
mod drain;
mod forwards;
mod hand_over;
mod look;
mod report;
mod table;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, Shared};
use im_domain::{BootId, InfId, Infrastructure};
use im_store::{Database, JournalChange};
use im_telemetry::metrics::{ClusterMetrics, TakenFrom};
use im_util::{Clock, failpoint};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::leases::{Leases, NoLeases};
use crate::life::NodeLife;
use crate::peers::{Hint, NoPeers, Peer, Peers};
use crate::recovery::{NoRecovery, Recovery};
use crate::session::Session;
use crate::settings::{ClusterSettings, NodeSettings};
use crate::slot::Surroundings;
use crate::watcher::Members;
use crate::{ClusterError, Slot};
use forwards::Forwards;
pub use table::CacheSettings;
use table::Table;

/// The infrastructures that this node owns, and the way to the others. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct Cluster {
    inner: Arc<Inner>,
}

/// Where an infrastructure is.
#[derive(Clone, Debug)]
pub enum Opened {
    /// This node owns it now.
    Here(Arc<Slot>),
    /// Another node owns it, or is to take it: send the request there.
    At(Peer),
    /// There never was one, or it was deleted.
    Absent,
}

/// What a node of a cluster is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The truth.
    pub store: Arc<dyn Database>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Who owns what, without asking the database.
    pub leases: Arc<dyn Leases>,
    /// The way to other nodes.
    pub peers: Arc<dyn Peers>,
    /// Settles what an earlier owner left open.
    pub recovery: Arc<dyn Recovery>,
    /// Where it is counted what happens.
    pub metrics: Arc<ClusterMetrics>,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    settings: ClusterSettings,
    session: Session,
    members: Members,
    /// Commits, acquisitions and what else must not be cut off.
    tasks: TaskTracker,
    /// The loops: beat, watcher, listeners.
    loops: TaskTracker,
    stop: CancellationToken,
    table: Table,
    flights: Mutex<HashMap<InfId, Flight>>,
    hints: Mutex<HashMap<InfId, Hint>>,
    forwards: Forwards,
    /// Told when a lease has changed hands or a node has died.
    moved: Notify,
    draining: AtomicBool,
    alone: bool,
}

/// An acquisition under way, shared by all who want the same infrastructure.
type Flight = Shared<BoxFuture<'static, Result<Opened, ClusterError>>>;

/// How often an opening that lost a race against another one is tried again.
const OPEN_ATTEMPTS: usize = 5;

/// How long it is believed that another node owns an infrastructure, before it is asked again.
const HINT_TTL: Duration = Duration::from_secs(1);

// === impl Cluster ===

impl Cluster {
    /// A node that is alone with its store: what other boots own there was left by earlier lives of this one.
    pub fn new(store: Arc<dyn Database>, clock: Arc<dyn Clock>, cache: CacheSettings) -> Self {
        let parts = Parts {
            store,
            clock,
            leases: Arc::new(NoLeases::default()),
            peers: Arc::new(NoPeers),
            recovery: Arc::new(NoRecovery),
            metrics: Arc::default(),
        };
        Self::alone(parts, cache)
    }

    /// As [`Cluster::new`], with parts of one's own.
    pub fn alone(parts: Parts, cache: CacheSettings) -> Self {
        let session = Session::alone(
            Arc::clone(&parts.store),
            Arc::clone(&parts.clock),
            Arc::clone(&parts.metrics),
        );
        let settings = ClusterSettings {
            cache,
            ..ClusterSettings::new(NodeSettings::default())
        };
        Self::with(parts, settings, session, true)
    }

    /// Enters the cluster: begins a session, and beats, watches and listens until [`Cluster::close`].
    ///
    /// # Errors
    /// If the settings cannot be right together, or the database does not answer.
    pub async fn join(parts: Parts, settings: ClusterSettings) -> Result<Self, ClusterError> {
        let checked = settings.session.check();
        checked.map_err(|error| ClusterError::Other(error.to_string()))?;
        let entered = Session::enter(
            Arc::clone(&parts.store),
            Arc::clone(&parts.clock),
            settings.node.clone(),
            settings.session,
            Arc::clone(&parts.metrics),
        );
        let session = entered
            .await
            .map_err(|error| ClusterError::Unavailable(error.to_string()))?;
        let cluster = Self::with(parts, settings, session, false);
        cluster.start();
        Ok(cluster)
    }

    fn with(parts: Parts, settings: ClusterSettings, session: Session, alone: bool) -> Self {
        let members = Members::new(
            Arc::clone(&parts.store),
            Arc::clone(&parts.clock),
            settings.session.ttl,
            alone,
        );
        let inner = Arc::new_cyclic(|weak| Inner {
            table: Table::new(settings.cache, weak.clone(), Arc::clone(&parts.metrics)),
            parts,
            settings,
            session,
            members,
            tasks: TaskTracker::new(),
            loops: TaskTracker::new(),
            stop: CancellationToken::new(),
            flights: Mutex::default(),
            hints: Mutex::default(),
            forwards: Forwards::default(),
            moved: Notify::new(),
            draining: AtomicBool::new(false),
            alone,
        });
        Self { inner }
    }

    /// The store below, for lists and statistics.
    pub fn store(&self) -> &Arc<dyn Database> {
        &self.inner.parts.store
    }

    /// Where it is counted what happens.
    pub fn metrics(&self) -> &ClusterMetrics {
        &self.inner.parts.metrics
    }

    /// The present life of this node.
    pub fn life(&self) -> Arc<NodeLife> {
        self.inner.session.life()
    }

    /// Commits a new infrastructure, with changes of its journal, and answers its slot.
    ///
    /// # Errors
    /// `AlreadyExists`, `Repeated`, or what the database says otherwise.
    pub async fn create_with(
        &self,
        infrastructure: Infrastructure,
        journal: Vec<JournalChange>,
    ) -> Result<Arc<Slot>, ClusterError> {
        let id = infrastructure.id.clone();
        let inner = Arc::clone(&self.inner);
        // In a task of its own: whoever asked may go away, the commit and its slot belong together.
        let created = self
            .inner
            .tasks
            .spawn(async move { inner.create(infrastructure, journal).await }.in_current_span());
        created
            .await
            .unwrap_or_else(|_| Err(ClusterError::OutcomeUnknown(id)))
    }

    /// [`Cluster::create_with`] without a journal.
    ///
    /// # Errors
    /// As those of [`Cluster::create_with`].
    pub async fn create(&self, infrastructure: Infrastructure) -> Result<Arc<Slot>, ClusterError> {
        self.create_with(infrastructure, Vec::new()).await
    }

    /// Where a live infrastructure is. If nobody owns it, or its owner has ended or gives it up, this node takes it;
    /// callers at the same time share one acquisition.
    ///
    /// # Errors
    /// `NotFresh`, `OwnerSilent` or `Unavailable`: nothing was done, trying again may help.
    pub async fn open(&self, id: &InfId) -> Result<Opened, ClusterError> {
        let inner = &self.inner;
        let mut last = ClusterError::Lost(id.clone());
        for attempt in 0..OPEN_ATTEMPTS {
            let found = inner.table.find(id).await;
            if attempt == 0 {
                let cache = &inner.parts.metrics.cache;
                found.as_ref().map_or_else(|| cache.miss(), |_| cache.hit());
            }
            if let Some(slot) = found {
                if slot.gone_if_going().await || slot.is_lost() {
                    inner.table.forget(&slot).await;
                    continue;
                }
                if slot.snapshot().deleted {
                    if slot.stays_deleted().await? {
                        return Ok(Opened::Absent);
                    }
                    continue;
                }
                return Ok(Opened::Here(slot));
            }
            if let Some(peer) = inner.hint(id) {
                return Ok(Opened::At(peer));
            }
            match inner.flight(id).await {
                Err(error @ ClusterError::Lost(_)) => last = error,
                Ok(Opened::Here(slot)) if slot.is_lost() => {}
                opened => return opened,
            }
        }
        Err(last)
    }

    /// An owner said 'not mine': what is believed of it is forgotten, and the next opening asks the database.
    pub fn not_at(&self, id: &InfId, peer: &Peer) {
        let mut hints = self.inner.hints();
        if hints.get(id).is_some_and(|hint| hint.peer == *peer) {
            hints.remove(id);
        }
        drop(hints);
        self.inner.members.distrust(id, peer.boot);
    }

    /// The infrastructure as the database has it, deleted or not, without taking it: for readers who cannot reach its
    /// owner. It holds every acknowledged change; it may also hold one that its owner has not acknowledged yet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn stored(&self, id: &InfId) -> Result<Option<Arc<Infrastructure>>, ClusterError> {
        let loaded = self.inner.parts.store.load(id).await;
        let loaded = loaded.map_err(|error| ClusterError::from_store(id, &error))?;
        Ok(loaded.map(|loaded| Arc::new(loaded.infrastructure)))
    }

    /// Whether unfinished work of a boot may be taken over: it was declared dead, or left.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn has_ended(&self, boot: BootId) -> Result<bool, ClusterError> {
        if boot == self.life().boot() {
            return Ok(false);
        }
        let life = self.inner.members.judge(boot).await;
        life.map(|life| life == crate::machine::Life::Ended)
            .map_err(|error| ClusterError::Unavailable(error.to_string()))
    }

    /// Waits until a boot was declared dead, or has left.
    pub async fn until_ended(&self, boot: BootId) {
        let members = &self.inner.members;
        let mut ends = members.ends();
        while !members.has_ended(boot) {
            if ends.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Weighs a slot again after its infrastructure has grown.
    pub async fn reweigh(&self, slot: &Arc<Slot>) {
        if !slot.is_lost() {
            self.inner.table.keep(slot).await;
        }
    }

    /// How many infrastructures are cached, about.
    pub fn cached(&self) -> u64 {
        self.inner.table.cached()
    }
}

// === impl Opened ===

impl Opened {
    /// The slot, if this node owns it.
    pub fn here(self) -> Option<Arc<Slot>> {
        match self {
            Self::Here(slot) => Some(slot),
            Self::At(_) | Self::Absent => None,
        }
    }
}

// === impl Inner ===

impl Inner {
    async fn create(
        self: Arc<Self>,
        infrastructure: Infrastructure,
        journal: Vec<JournalChange>,
    ) -> Result<Arc<Slot>, ClusterError> {
        let id = infrastructure.id.clone();
        let life = self.session.life();
        if !life.until_fresh(self.settings.patience).await {
            return Err(ClusterError::NotFresh);
        }
        let store = &self.parts.store;
        failpoint!(
            "cluster.create.before",
            return Err(ClusterError::Unavailable("a failpoint".to_owned()))
        );
        let sent = self.parts.clock.monotonic();
        let inserted = store
            .insert_with(&infrastructure, &life.boot(), &journal)
            .await;
        let position = inserted.map_err(|error| ClusterError::from_store(&id, &error))?;
        failpoint!(
            "cluster.create.after",
            return Err(ClusterError::OutcomeUnknown(id))
        );
        let slot = Slot::new(infrastructure, position, self.surroundings(life));
        slot.confirmed(sent);
        slot.recovered();
        let slot = self.table.hold(slot);
        self.table.keep(&slot).await;
        let lease = self.lease(slot.life(), position.epoch);
        self.parts.leases.publish(&id, &lease).await;
        self.parts.metrics.leases.acquired(TakenFrom::Created);
        Ok(slot)
    }

    fn surroundings(&self, life: Arc<NodeLife>) -> Surroundings {
        Surroundings {
            store: Arc::clone(&self.parts.store),
            clock: Arc::clone(&self.parts.clock),
            tasks: self.tasks.clone(),
            metrics: Arc::clone(&self.parts.metrics),
            life,
            read_mode: self.settings.read_mode,
            patience: self.settings.patience,
        }
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    fn hint(&self, id: &InfId) -> Option<Peer> {
        let now = self.parts.clock.monotonic();
        let mut hints = self.hints();
        match hints.get(id) {
            Some(hint) if now < hint.until => Some(hint.peer.clone()),
            Some(_) => {
                hints.remove(id);
                None
            }
            None => None,
        }
    }

    fn remember(&self, id: &InfId, peer: &Peer) {
        let now = self.parts.clock.monotonic();
        let mut hints = self.hints();
        if hints.len() == hints.capacity() {
            hints.retain(|_, hint| now < hint.until);
        }
        let hint = Hint {
            peer: peer.clone(),
            until: now + HINT_TTL,
        };
        hints.insert(id.clone(), hint);
    }

    fn hints(&self) -> MutexGuard<'_, HashMap<InfId, Hint>> {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<InfId, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
