//! What the nodes share: chance, the database, Redis, the network, and the history.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use im_cluster::Cluster;
use im_domain::InfId;
use tokio::runtime::Handle;

use crate::database::Rows;
use crate::history::History;

/// What is shared. Everything runs on one thread; the locks are never waited for.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) chance: Mutex<Chance>,
    pub(crate) rows: Mutex<Rows>,
    pub(crate) history: Mutex<History>,
    pub(crate) redis: Mutex<Redis>,
    pub(crate) network: Mutex<Network>,
    /// Virtual milliseconds.
    pub(crate) now: Mutex<u64>,
}

/// Chance, from a seed.
#[derive(Debug)]
pub(crate) struct Chance(u64);

#[derive(Debug, Default)]
pub(crate) struct Redis {
    pub(crate) leases: HashMap<InfId, im_cluster::leases::Lease>,
    pub(crate) incarnation: u64,
    /// Does not answer until then.
    pub(crate) away_until: u64,
}

/// A node that can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Reachable {
    pub(crate) runtime: Handle,
    pub(crate) cluster: Cluster,
}

#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) nodes: HashMap<String, Reachable>,
    /// Messages between nodes are lost until then.
    pub(crate) cut_until: u64,
}

// === impl Chance ===

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low)
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

// === impl World ===

impl World {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            chance: Mutex::new(Chance(seed)),
            rows: Mutex::default(),
            history: Mutex::default(),
            redis: Mutex::default(),
            network: Mutex::default(),
            now: Mutex::new(0),
        })
    }

    pub(crate) fn chance(&self) -> MutexGuard<'_, Chance> {
        self.chance.lock().unwrap()
    }

    pub(crate) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap()
    }

    pub(crate) fn redis(&self) -> MutexGuard<'_, Redis> {
        self.redis.lock().unwrap()
    }

    pub(crate) fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap()
    }

    pub(crate) fn now(&self) -> u64 {
        *self.now.lock().unwrap()
    }

    /// Waits as long as a short call may take.
    pub(crate) async fn latency(&self) {
        let micros = self.chance().between(100, 4_000);
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }

    /// A node that answers, if the network lets it.
    pub(crate) fn reach(&self, address: &str) -> Option<Reachable> {
        let network = self.network();
        if self.now() < network.cut_until {
            return None;
        }
        network.nodes.get(address).cloned()
    }
}
