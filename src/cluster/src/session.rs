//! The session of this node: its row, its beat, its lapse.
//!
//! # Why answers from memory are right until the deadline
//! A beat that lands in the database at `t1` was sent at `t0 <= t1`, and moves the deadline to
//! `t0 + SESSION_TTL - margin`. Another node declares this one dead only if the row's beat has not changed for
//! `SESSION_TTL` since that node *received* it, which was not before `t1`, and by a statement that fails if the beat has
//! changed meanwhile; so not before `t1 + SESSION_TTL`. Only afterwards may it take over what this node owns. Clocks
//! are never compared, only their rates, within the margin.
//!
//! A beat whose answer is late moves the deadline by the moment it was *sent*; a beat whose answer is lost moves
//! nothing here, and only makes others wait longer.
//!
//! # Lapse
//! A beat that finds no living row means that others may own everything by now: the life ends, with everything that
//! was done in its name, and a new one begins under a new boot id. A life whose deadline has passed without that
//! news answers nothing and waits: nobody takes over from a boot that is not declared dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use im_domain::BootId;
use im_store::{Database, NodeRow, NodeState, StoreError};
use im_telemetry::metrics::{Beat, ClusterMetrics};
use im_util::{Backoff, Clock, failpoint};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::life::NodeLife;
use crate::settings::{NodeSettings, SessionSettings};

/// The session of this node, through all its lives.
#[derive(Debug)]
pub(crate) struct Session {
    store: Arc<dyn Database>,
    clock: Arc<dyn Clock>,
    node: NodeSettings,
    settings: SessionSettings,
    life: ArcSwap<NodeLife>,
    /// When the last beat that landed was sent, in monotonic nanoseconds.
    renewed: AtomicU64,
    metrics: Arc<ClusterMetrics>,
}

/// In place of the moment of a beat, in a node that does not beat.
const ALONE: u64 = u64::MAX;

// === impl Session ===

impl Session {
    /// A node that is alone with its store: its life has no end.
    pub(crate) fn alone(
        store: Arc<dyn Database>,
        clock: Arc<dyn Clock>,
        metrics: Arc<ClusterMetrics>,
    ) -> Self {
        let life = NodeLife::alone(BootId::random(), Arc::clone(&clock));
        Self {
            store,
            clock,
            node: NodeSettings::default(),
            settings: SessionSettings::default(),
            life: ArcSwap::from_pointee(life),
            renewed: AtomicU64::new(ALONE),
            metrics,
        }
    }

    /// Begins the first life.
    pub(crate) async fn enter(
        store: Arc<dyn Database>,
        clock: Arc<dyn Clock>,
        node: NodeSettings,
        settings: SessionSettings,
        metrics: Arc<ClusterMetrics>,
    ) -> Result<Self, StoreError> {
        let sent = clock.monotonic();
        let life = begin(&*store, &clock, &node, settings).await?;
        Ok(Self {
            store,
            clock,
            node,
            settings,
            life: ArcSwap::from_pointee(life),
            renewed: AtomicU64::new(nanos(sent)),
            metrics,
        })
    }

    /// The present life.
    pub(crate) fn life(&self) -> Arc<NodeLife> {
        self.life.load_full()
    }

    /// How long ago the last beat that landed was sent; nothing for a node that does not beat.
    pub(crate) fn age(&self) -> Duration {
        match self.renewed.load(Ordering::Relaxed) {
            ALONE => Duration::ZERO,
            at => (self.clock.monotonic()).saturating_sub(Duration::from_nanos(at)),
        }
    }

    fn renewed(&self, sent: Duration) {
        self.renewed.store(nanos(sent), Ordering::Relaxed);
    }

    /// What this node says of itself to others.
    pub(crate) fn node(&self) -> &NodeSettings {
        &self.node
    }

    /// Beats until `stop`; `lapsed` is called after each life that was ended by others, before the next one begins.
    pub(crate) async fn run(&self, stop: CancellationToken, lapsed: impl Fn() + Send + Sync) {
        let beats = async {
            let mut ticks = interval(self.settings.beat);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if !self.beat().await {
                    lapsed();
                    self.begin_again().await;
                }
            }
        };
        stop.run_until_cancelled(beats).await;
    }

    /// `false`: declared dead.
    async fn beat(&self) -> bool {
        let life = self.life();
        if life.is_ended() {
            return false;
        }
        failpoint!("cluster.beat.before", return true);
        let sent = self.clock.monotonic();
        match timeout(self.settings.beat, self.store.beat(&life.boot())).await {
            Ok(Ok(true)) => {
                failpoint!("cluster.beat.after", return true);
                life.beaten(self.settings.deadline(sent));
                self.renewed(sent);
                self.metrics.session.beat(Beat::Renewed);
            }
            Ok(Ok(false)) => {
                tracing::error!(
                    node.boot = %life.boot(),
                    "This node was declared dead. It drops what it owned and begins again."
                );
                life.end();
                self.metrics.session.beat(Beat::Dead);
                return false;
            }
            Ok(Err(error)) => {
                tracing::warn!(node.boot = %life.boot(), %error, "A beat failed.");
                self.metrics.session.beat(Beat::Failed);
            }
            Err(_) => {
                tracing::warn!(node.boot = %life.boot(), "A beat was not answered in time.");
                self.metrics.session.beat(Beat::Late);
            }
        }
        true
    }

    async fn begin_again(&self) {
        let pauses = Backoff::new(Duration::from_millis(100), self.settings.beat);
        for failures in 1.. {
            let sent = self.clock.monotonic();
            match begin(&*self.store, &self.clock, &self.node, self.settings).await {
                Ok(life) => {
                    tracing::info!(node.boot = %life.boot(), "This node has begun a new session.");
                    self.renewed(sent);
                    self.life.store(Arc::new(life));
                    return;
                }
                Err(error) => tracing::warn!(%error, "A new session could not be begun."),
            }
            sleep(pauses.random_delay(failures)).await;
        }
    }

    /// Says what this node does now. An error changes nothing but what others believe.
    pub(crate) async fn set_state(&self, state: NodeState) -> Result<bool, StoreError> {
        self.store.set_state(&self.life().boot(), state).await
    }

    /// Ends the present life in order: afterwards others may take over at once.
    pub(crate) async fn leave(&self) -> Result<(), StoreError> {
        let life = self.life();
        // First here, then for others: between the two nobody answers.
        life.end();
        self.store
            .set_state(&life.boot(), NodeState::Gone)
            .await
            .map(|_| ())
    }
}

fn nanos(moment: Duration) -> u64 {
    u64::try_from(moment.as_nanos()).unwrap_or(ALONE - 1)
}

/// A new boot id at each attempt: if the answer is lost, the row that may be there is never beaten and is declared dead.
async fn begin(
    store: &dyn Database,
    clock: &Arc<dyn Clock>,
    node: &NodeSettings,
    settings: SessionSettings,
) -> Result<NodeLife, StoreError> {
    let boot = BootId::random();
    let row = NodeRow {
        boot,
        name: node.name.clone(),
        peer_addr: node.address.clone(),
        boot_mode: node.boot_mode,
        version: node.version.clone(),
    };
    let sent = clock.monotonic();
    store.enter(&row).await?;
    Ok(NodeLife::new(
        boot,
        Arc::clone(clock),
        settings.deadline(sent),
    ))
}
