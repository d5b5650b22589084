//! The search for work that nobody does any more.
//!
//! Every `RECOVERY_INTERVAL`, spread at random, a node reads which operations belong to boots that have died, and opens
//! their infrastructures; every [`FULL_ROUND`]th time it reads all that are open, for those that wait although their
//! credentials can be opened by now (a key was added, a cloud was silent for long), and for those of this very boot on
//! which nobody works (its task was cut off by a fault).
//!
//! # Why nothing is done twice
//! The list is only a hint. Whoever opens an infrastructure first owns it (`im_cluster`), and reads its journal anew; an
//! operation that ended meanwhile is not in it any more. Work on an infrastructure that this node owns already is taken
//! up only with its turn, which whoever works has. An operation of this boot must be seen unchanged twice, since its use
//! case may be about to take the turn.
//!
//! # Why nothing is forgotten
//! Every node looks, by the clock alone; an infrastructure that could not be opened is looked at again, less and less
//! often, up to [`LONGEST_PAUSE`]. If its owner lives, and does not go on because it may not (`BOOT_MODE`), it is asked
//! to give it up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use im_cluster::{Cluster, Opened, Slot};
use im_domain::{InfId, OperationId};
use im_store::{Operation, OperationState, OperationsOf};
use im_util::{Backoff, Clock, failpoint};
use rand::seq::SliceRandom;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Which round looks at all open operations.
const FULL_ROUND: u64 = 12;

/// The longest pause between two looks at an infrastructure that cannot be recovered now.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Which round tidies: with `RECOVERY_INTERVAL = 5`, about once an hour.
const TIDY_ROUND: u64 = 720;

/// How long the rows of dead nodes are kept.
const KEEP_NODES: Duration = Duration::from_secs(24 * 3600);

/// Who does the work.
#[async_trait]
pub trait Resume: Send + Sync {
    /// Whether this node may go on with an operation at all (`BOOT_MODE`).
    fn may(&self, operation: &Operation) -> bool;

    /// Whether it has the credentials that the operation needs.
    fn can(&self, operation: &Operation) -> bool;

    /// Goes on with what is open on an infrastructure that this node owns, in the background, unless somebody works on it.
    async fn resume(&self, slot: &Arc<Slot>);
}

/// How the scanner works.
#[derive(Clone, Copy, Debug)]
pub struct ScannerSettings {
    /// The time between two looks (`RECOVERY_INTERVAL`).
    pub interval: Duration,
    /// How long operations that have ended are kept, for clients who repeat a request.
    pub keep_ended: Duration,
}

/// The search.
pub struct Scanner {
    cluster: Cluster,
    resume: Arc<dyn Resume>,
    clock: Arc<dyn Clock>,
    settings: ScannerSettings,
    /// Failures in a row, and until when an infrastructure is left alone.
    later: HashMap<InfId, (u32, Duration)>,
    /// What this boot had open at the last full round.
    mine: HashMap<OperationId, i64>,
    round: u64,
}

// === impl ScannerSettings ===

impl Default for ScannerSettings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(5),
            keep_ended: Duration::from_secs(24 * 3600),
        }
    }
}

// === impl Scanner ===

impl Scanner {
    /// A search that has not begun.
    pub fn new(
        cluster: Cluster,
        resume: Arc<dyn Resume>,
        clock: Arc<dyn Clock>,
        settings: ScannerSettings,
    ) -> Self {
        Self {
            cluster,
            resume,
            clock,
            settings,
            later: HashMap::new(),
            mine: HashMap::new(),
            round: 0,
        }
    }

    /// Looks again and again, until `stop`. The first look is at once: this may be the next life of a node that died.
    pub async fn run(mut self, stop: CancellationToken) {
        let rounds = async {
            loop {
                self.look().await;
                let spread = 0.75 + rand::random::<f64>() / 2.0;
                sleep(self.settings.interval.mul_f64(spread)).await;
            }
        };
        stop.run_until_cancelled(rounds).await;
    }

    /// One look.
    pub async fn look(&mut self) {
        let full = self.round.is_multiple_of(FULL_ROUND);
        self.round += 1;
        if self.round.is_multiple_of(TIDY_ROUND) {
            self.tidy().await;
        }
        if self.cluster.is_draining() {
            return;
        }
        if full {
            // Only for the metrics, which notice it on its way.
            let _ = self.cluster.store().count().await;
        }
        let of = match full {
            true => OperationsOf::All,
            false => OperationsOf::DeadBoots,
        };
        let found = match self.cluster.store().open_operations(of).await {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(%error, "the journal cannot be read now");
                return;
            }
        };
        for inf in self.chosen(found, full).await {
            self.recover(&inf).await;
        }
    }

    /// The infrastructures that are worth opening, in an order that other nodes do not have.
    async fn chosen(&mut self, found: Vec<Operation>, full: bool) -> Vec<InfId> {
        let me = self.cluster.life().boot();
        let now = self.clock.monotonic();
        let seen = std::mem::take(&mut self.mine);
        let mut chosen: BTreeMap<InfId, ()> = BTreeMap::new();
        let mut open: Vec<&InfId> = Vec::new();
        for operation in found.iter().filter(|operation| self.resume.may(operation)) {
            open.push(&operation.inf);
            let waits = operation.state == OperationState::Waiting;
            if waits && !self.resume.can(operation) {
                continue;
            }
            if operation.boot == me {
                if full {
                    self.mine.insert(operation.id, operation.updated);
                }
                let same = seen.get(&operation.id) == Some(&operation.updated);
                if !full || !same {
                    continue;
                }
            } else if full
                && !self
                    .cluster
                    .has_ended(operation.boot)
                    .await
                    .unwrap_or(false)
            {
                continue;
            }
            let paused = self.later.get(&operation.inf);
            if paused.is_none_or(|(_, until)| now >= *until) {
                chosen.insert(operation.inf.clone(), ());
            }
        }
        if full {
            self.later.retain(|inf, _| open.contains(&inf));
        } else {
            self.mine = seen;
        }
        let mut chosen: Vec<InfId> = chosen.into_keys().collect();
        chosen.shuffle(&mut rand::rng());
        chosen
    }

    async fn recover(&mut self, inf: &InfId) {
        // Whatever comes of it, it is not looked at again at once.
        let pauses = Backoff::new(self.settings.interval * 2, LONGEST_PAUSE);
        let failures = self.later.get(inf).map_or(1, |(failures, _)| failures + 1);
        let until = self.clock.monotonic() + pauses.random_delay(failures);
        self.later.insert(inf.clone(), (failures, until));
        failpoint!("recover.found", return);
        match self.open(inf).await {
            Some(slot) => {
                tracing::info!(inf.id = %inf, "An operation that was left open is taken up.");
                self.resume.resume(&slot).await;
            }
            None => tracing::debug!(inf.id = %inf, "an open operation is not to be had now"),
        }
    }

    async fn open(&self, inf: &InfId) -> Option<Arc<Slot>> {
        match self.cluster.open(inf).await {
            Ok(Opened::Here(slot)) => Some(slot),
            Ok(Opened::At(owner)) => {
                if !self.cluster.ask_for(inf, &owner).await {
                    return None;
                }
                self.cluster.open(inf).await.ok().and_then(Opened::here)
            }
            Ok(Opened::Absent) => None,
            Err(error) => {
                tracing::debug!(inf.id = %inf, %error, "an infrastructure with an open operation cannot be opened");
                None
            }
        }
    }

    async fn tidy(&self) {
        let store = self.cluster.store();
        let journal = store.tidy_journal(self.settings.keep_ended).await;
        let nodes = store.tidy_nodes(KEEP_NODES).await;
        match (journal, nodes) {
            (Ok(operations), Ok(nodes)) => {
                tracing::debug!(operations, nodes, "old rows of the journal were deleted");
            }
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "Old rows of the journal could not be deleted.");
            }
        }
    }
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
