//! Watches the beats of the other nodes and declares dead what does not beat.
//!
//! Values are compared, never clocks: the time that counts is that of this process, from the moment at which it had
//! *received* a value. The statement that declares a node dead names the value, so that a watcher which slept through
//! a hundred beats kills nobody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use im_domain::{BootId, InfId};
use im_store::{Database, Node, NodeState, StoreError};
use im_util::{Clock, failpoint};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::machine::Life;
use crate::peers::Peer;
use crate::session::Session;

/// What is remembered of the beats of others.
#[derive(Debug, Default)]
pub struct Watch {
    seen: HashMap<BootId, (u64, Duration)>,
}

/// The other nodes, as last seen.
#[derive(Debug)]
pub(crate) struct Members {
    store: Arc<dyn Database>,
    clock: Arc<dyn Clock>,
    ttl: Duration,
    nodes: ArcSwap<Vec<Node>>,
    /// No other process uses the store: any other boot is an earlier life of this one.
    alone: bool,
    /// Who said 'not mine' of what: leases that name them are not believed for a while.
    denials: Mutex<HashMap<InfId, (BootId, Duration)>>,
    /// Counts sessions that were seen to end, for those who wait for one.
    ends: watch::Sender<u64>,
}

/// For how long a boot that said 'not mine' is not believed to be the owner because a lease says so.
const DENIAL_TTL: Duration = Duration::from_secs(5);

// === impl Watch ===

impl Watch {
    /// Takes note of rows that were received at `now`, and answers who has not beaten for `ttl`, with the beat that
    /// was seen.
    pub fn observe(
        &mut self,
        now: Duration,
        ttl: Duration,
        me: BootId,
        rows: &[Node],
    ) -> Vec<(BootId, u64)> {
        self.seen
            .retain(|boot, _| rows.iter().any(|node| node.row.boot == *boot));
        let mut silent = Vec::new();
        for node in rows {
            let boot = node.row.boot;
            if boot == me || node.state.is_over() {
                self.seen.remove(&boot);
                continue;
            }
            let seen = self.seen.entry(boot).or_insert((node.beat, now));
            if seen.0 != node.beat {
                *seen = (node.beat, now);
            } else if now.saturating_sub(seen.1) >= ttl {
                silent.push((boot, node.beat));
            }
        }
        silent
    }
}

// === impl Members ===

impl Members {
    pub(crate) fn new(
        store: Arc<dyn Database>,
        clock: Arc<dyn Clock>,
        ttl: Duration,
        alone: bool,
    ) -> Self {
        Self {
            store,
            clock,
            ttl,
            alone,
            nodes: ArcSwap::default(),
            denials: Mutex::default(),
            ends: watch::Sender::new(0),
        }
    }

    /// Watches until `stop`.
    pub(crate) async fn run(&self, session: &Session, every: Duration, stop: CancellationToken) {
        let watching = async {
            let mut watch = Watch::default();
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let looked = timeout(self.ttl, self.look(&mut watch, session)).await;
                match looked {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "The other nodes cannot be watched."),
                    Err(_) => tracing::warn!("The database does not say what other nodes do."),
                }
            }
        };
        stop.run_until_cancelled(watching).await;
    }

    async fn look(&self, watch: &mut Watch, session: &Session) -> Result<(), StoreError> {
        let nodes = self.refresh().await?;
        // After the answer: not before the beats that it shows have landed.
        let now = self.clock.monotonic();
        let mut died = false;
        for (boot, beat) in watch.observe(now, self.ttl, session.life().boot(), &nodes) {
            failpoint!("cluster.death.before", continue);
            if self.store.declare_dead(&boot, beat).await? {
                failpoint!("cluster.death.after");
                tracing::error!(node.boot = %boot, "A node does not beat and was declared dead.");
                died = true;
            }
        }
        if died {
            self.refresh().await?;
        }
        Ok(())
    }

    async fn refresh(&self) -> Result<Arc<Vec<Node>>, StoreError> {
        let nodes = Arc::new(self.store.nodes().await?);
        let before = self.nodes.swap(Arc::clone(&nodes));
        // Whoever has ended them.
        let ended = nodes.iter().any(|node| {
            let mut known = before
                .iter()
                .filter(|known| known.row.boot == node.row.boot);
            node.state.is_over() && known.any(|known| !known.state.is_over())
        });
        if ended {
            self.ends.send_modify(|ends| *ends += 1);
        }
        Ok(nodes)
    }

    /// All nodes, as last seen.
    pub(crate) fn nodes(&self) -> Arc<Vec<Node>> {
        self.nodes.load_full()
    }

    /// All nodes, as they are.
    pub(crate) async fn nodes_now(&self) -> Result<Arc<Vec<Node>>, StoreError> {
        self.refresh().await
    }

    /// How many sessions were seen to end, to wait for the next.
    pub(crate) fn ends(&self) -> watch::Receiver<u64> {
        self.ends.subscribe()
    }

    /// Whether a boot may still act. A session that is over stays so: only life needs to be asked for again, and a
    /// boot without a row is one that ended long ago.
    pub(crate) async fn judge(&self, boot: BootId) -> Result<Life, StoreError> {
        if self.alone {
            return Ok(Life::Ended);
        }
        let ended = |nodes: &[Node]| {
            let node = nodes.iter().find(|node| node.row.boot == boot)?;
            Some(node.state.is_over())
        };
        match ended(&self.nodes()) {
            Some(true) => Ok(Life::Ended),
            Some(false) => Ok(Life::Alive),
            None => match ended(&self.refresh().await?) {
                Some(false) => Ok(Life::Alive),
                Some(true) | None => Ok(Life::Ended),
            },
        }
    }

    /// A boot said that it does not own what a lease says it does.
    pub(crate) fn distrust(&self, id: &InfId, boot: BootId) {
        let now = self.clock.monotonic();
        let mut denials = self.denials();
        if denials.len() == denials.capacity() {
            denials.retain(|_, (_, until)| now < *until);
        }
        denials.insert(id.clone(), (boot, now + DENIAL_TTL));
    }

    /// Whether a boot said so a short while ago.
    pub(crate) fn is_distrusted(&self, id: &InfId, boot: BootId) -> bool {
        let now = self.clock.monotonic();
        let denials = self.denials();
        denials
            .get(id)
            .is_some_and(|(denied, until)| *denied == boot && now < *until)
    }

    fn denials(&self) -> MutexGuard<'_, HashMap<InfId, (BootId, Duration)>> {
        self.denials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a boot that may act is, as last seen.
    pub(crate) fn peer(&self, boot: BootId) -> Option<Peer> {
        let nodes = self.nodes();
        let node = nodes
            .iter()
            .find(|node| node.row.boot == boot && !node.state.is_over())?;
        Some(Peer {
            boot,
            address: node.row.peer_addr.clone(),
        })
    }

    /// Whether the session of a boot is over, as last seen.
    pub(crate) fn has_ended(&self, boot: BootId) -> bool {
        let nodes = self.nodes();
        let node = nodes.iter().find(|node| node.row.boot == boot);
        node.is_some_and(|node| node.state.is_over())
    }

    /// Whether a node may do less than one in this `BOOT_MODE`: what it owns it is asked to give, never to change.
    pub(crate) fn does_less_than(&self, boot: BootId, boot_mode: u8) -> bool {
        // 1 reads, 2 reads and deletes, 0 does everything.
        let freedom = |mode: u8| match mode {
            0 => 2,
            2 => 1,
            _ => 0,
        };
        let nodes = self.nodes();
        let node = nodes.iter().find(|node| node.row.boot == boot);
        node.is_some_and(|node| freedom(node.row.boot_mode) < freedom(boot_mode))
    }

    /// Some node that takes new infrastructures, the same for everybody who asks about one, if they see the same.
    pub(crate) fn substitute(&self, me: BootId, salt: u64) -> Option<Peer> {
        let nodes = self.nodes();
        let mut able: Vec<&Node> = nodes
            .iter()
            .filter(|node| {
                node.row.boot != me && node.state == NodeState::Alive && node.row.boot_mode == 0
            })
            .collect();
        able.sort_by_key(|node| node.row.boot);
        let count = u64::try_from(able.len()).unwrap_or(u64::MAX);
        let chosen = usize::try_from(salt.checked_rem(count)?).ok()?;
        let node = able.get(chosen)?;
        Some(Peer {
            boot: node.row.boot,
            address: node.row.peer_addr.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use im_store::NodeRow;

    use super::*;

    const TTL: Duration = Duration::from_secs(10);

    fn id(number: u128) -> BootId {
        format!("{number:032x}").parse().unwrap()
    }

    fn node(boot: u128, beat: u64) -> Node {
        Node {
            row: NodeRow {
                boot: id(boot),
                name: String::new(),
                peer_addr: String::new(),
                boot_mode: 0,
                version: String::new(),
            },
            state: NodeState::Alive,
            beat,
            entered_ago: Duration::ZERO,
            seen_ago: Duration::ZERO,
        }
    }

    fn observe(watch: &mut Watch, at: u64, rows: &[Node]) -> Vec<(BootId, u64)> {
        watch.observe(Duration::from_secs(at), TTL, id(0), rows)
    }

    #[test]
    fn a_beat_that_does_not_change_for_the_time_to_live_is_the_end() {
        let mut watch = Watch::default();
        assert_eq!(observe(&mut watch, 100, &[node(1, 7)]), []);
        assert_eq!(observe(&mut watch, 109, &[node(1, 7)]), []);
        assert_eq!(observe(&mut watch, 110, &[node(1, 7)]), [(id(1), 7)]);
        assert_eq!(observe(&mut watch, 111, &[node(1, 8)]), []);
        assert_eq!(observe(&mut watch, 120, &[node(1, 8)]), []);
    }

    #[test]
    fn this_node_and_those_that_ended_are_not_watched() {
        let mut watch = Watch::default();
        let mut gone = node(2, 1);
        gone.state = NodeState::Gone;
        let rows = [node(0, 1), gone];
        observe(&mut watch, 0, &rows);
        assert_eq!(observe(&mut watch, 60, &rows), []);
    }

    #[test]
    fn a_node_that_comes_back_is_watched_from_then_on() {
        let mut watch = Watch::default();
        observe(&mut watch, 0, &[node(1, 7)]);
        observe(&mut watch, 5, &[]);
        assert_eq!(observe(&mut watch, 12, &[node(1, 7)]), []);
    }
}
