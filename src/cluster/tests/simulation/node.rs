//! A node: a runtime with a clock of its own, and its ways to Redis and to the others.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use im_cluster::leases::{Claimed, Lease, Leases};
use im_cluster::peers::{HandOver, PeerError, Peers};
use im_cluster::status::NodeReport;
use im_cluster::{
    Cluster, ClusterError, ClusterSettings, NodeSettings, Parts, Peer, ReadMode, Recovering,
    Recovery,
};
use im_domain::{BootId, InfId};
use im_util::Clock;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{broadcast, oneshot};
use tokio::time::Instant;

use crate::store::SimStore;
use crate::world::{Reachable, World};

pub(crate) struct SimNode {
    pub(crate) address: String,
    pub(crate) runtime: Runtime,
    /// Does not run until then.
    pub(crate) stopped_until: u64,
}

/// The clock of a node: that of its runtime.
#[derive(Debug)]
struct NodeClock(Instant);

#[derive(Debug)]
struct SimLeases {
    world: Arc<World>,
    wakeups: broadcast::Sender<InfId>,
}

#[derive(Debug)]
struct SimPeers(Arc<World>);

#[derive(Debug)]
struct SimRecovery(Arc<World>);

// === impl SimNode ===

impl SimNode {
    /// Starts a process, which enters the cluster as soon as the database lets it.
    pub(crate) fn start(world: &Arc<World>, name: &str, generation: u32, mode: ReadMode) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let address = format!("{name}.{generation}:8801");
        let (shared, here) = (Arc::clone(world), address.clone());
        runtime.spawn(async move {
            let parts = Parts {
                store: Arc::new(SimStore {
                    world: Arc::clone(&shared),
                    boots: Mutex::default(),
                }),
                clock: Arc::new(NodeClock(Instant::now())),
                leases: Arc::new(SimLeases {
                    world: Arc::clone(&shared),
                    wakeups: broadcast::Sender::new(16),
                }),
                peers: Arc::new(SimPeers(Arc::clone(&shared))),
                recovery: Arc::new(SimRecovery(Arc::clone(&shared))),
                metrics: Arc::default(),
            };
            let node = NodeSettings {
                name: here.clone(),
                address: here.clone(),
                boot_mode: 0,
                version: "0".to_owned(),
            };
            let settings = ClusterSettings {
                read_mode: mode,
                ..ClusterSettings::new(node)
            };
            let cluster = loop {
                match Cluster::join(parts.clone(), settings.clone()).await {
                    Ok(cluster) => break cluster,
                    Err(_) => tokio::time::sleep(Duration::from_millis(300)).await,
                }
            };
            let reachable = Reachable {
                runtime: tokio::runtime::Handle::current(),
                cluster,
            };
            shared.network().nodes.insert(here, reachable);
        });
        Self {
            address,
            runtime,
            stopped_until: 0,
        }
    }

    /// Lets it run for a while.
    pub(crate) fn step(&self, step: Duration) {
        self.runtime
            .block_on(async { tokio::time::sleep(step).await });
    }

    /// Wakes it: its clock jumps.
    pub(crate) fn wake(&self, slept: Duration) {
        self.runtime
            .block_on(async { tokio::time::advance(slept).await });
    }
}

impl Clock for NodeClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

// === impl SimLeases ===

impl SimLeases {
    async fn is_away(&self) -> bool {
        self.world.latency().await;
        self.world.now() < self.world.redis().away_until
    }
}

#[async_trait]
impl Leases for SimLeases {
    async fn claim(&self, id: &InfId, mine: &Lease) -> Claimed {
        if self.is_away().await {
            return Claimed::Silent;
        }
        let mut redis = self.world.redis();
        match redis.leases.get(id) {
            Some(held) if held.boot != mine.boot => Claimed::HeldBy(held.clone()),
            _ => {
                redis.leases.insert(id.clone(), mine.clone());
                Claimed::Mine
            }
        }
    }

    async fn replace(&self, id: &InfId, ended: BootId, mine: &Lease) -> Claimed {
        if self.is_away().await {
            return Claimed::Silent;
        }
        let mut redis = self.world.redis();
        match redis.leases.get(id) {
            Some(held) if held.boot != ended => Claimed::HeldBy(held.clone()),
            _ => {
                redis.leases.insert(id.clone(), mine.clone());
                Claimed::Mine
            }
        }
    }

    async fn publish(&self, id: &InfId, lease: &Lease) {
        if !self.is_away().await {
            self.world.redis().leases.insert(id.clone(), lease.clone());
        }
    }

    async fn withdraw(&self, id: &InfId, boot: BootId) {
        if self.is_away().await {
            return;
        }
        let mut redis = self.world.redis();
        if redis.leases.get(id).is_some_and(|lease| lease.boot == boot) {
            redis.leases.remove(id);
        }
    }

    async fn incarnation(&self) -> Option<String> {
        if self.is_away().await {
            return None;
        }
        Some(self.world.redis().incarnation.to_string())
    }

    fn wakeups(&self) -> broadcast::Receiver<InfId> {
        self.wakeups.subscribe()
    }

    fn is_reachable(&self) -> Option<bool> {
        Some(true)
    }
}

// === impl SimPeers ===

impl SimPeers {
    /// Runs something at a peer, if that is still the life that was meant, within a second.
    async fn call<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        peer: &Peer,
        call: impl FnOnce(Cluster) -> F + Send + 'static,
    ) -> Result<T, PeerError> {
        let silent = || PeerError {
            address: peer.address.clone(),
            reason: "it is silent".to_owned(),
            may_be_done: false,
        };
        self.0.latency().await;
        let reachable = self.0.reach(&peer.address).ok_or_else(silent)?;
        let (answer, answered) = oneshot::channel();
        let (boot, cluster) = (peer.boot, reachable.cluster);
        reachable.runtime.spawn(async move {
            if cluster.life().boot() == boot {
                let _ = answer.send(call(cluster).await);
            }
        });
        match tokio::time::timeout(Duration::from_secs(1), answered).await {
            Ok(Ok(answer)) if self.0.reach(&peer.address).is_some() => Ok(answer),
            _ => Err(silent()),
        }
    }
}

#[async_trait]
impl Peers for SimPeers {
    async fn hand_over(
        &self,
        owner: &Peer,
        from: BootId,
        id: &InfId,
    ) -> Result<HandOver, PeerError> {
        let id = id.clone();
        self.call(owner, move |cluster| async move {
            cluster.hand_over(&id, from).await
        })
        .await
    }

    async fn offer(&self, to: &Peer, _from: BootId, id: &InfId) -> Result<(), PeerError> {
        let id = id.clone();
        self.call(to, move |cluster| async move { cluster.offered(&id) })
            .await
    }

    async fn report(&self, peer: &Peer, _from: BootId) -> Result<NodeReport, PeerError> {
        self.call(peer, move |cluster| async move { cluster.report() })
            .await
    }
}

#[async_trait]
impl Recovery for SimRecovery {
    async fn recover(&self, recovering: &Recovering) -> Result<(), ClusterError> {
        let (millis, changes) = {
            let mut chance = self.0.chance();
            (chance.below(40), chance.once_in(3))
        };
        tokio::time::sleep(Duration::from_millis(millis)).await;
        if changes {
            let settled = recovering
                .change_with(|infrastructure, _| {
                    infrastructure.cont_out.push_str("r,");
                    Ok::<_, std::convert::Infallible>(())
                })
                .await;
            settled.map_err(|_| ClusterError::NotFresh)?;
        }
        self.0.history().recovered(recovering.slot());
        Ok(())
    }
}
