//! A schedule: who runs, who is stopped, killed, cut off, and who asks what.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use im_cluster::{Cluster, ReadMode};
use im_domain::{InfId, Infrastructure};

use crate::history::{Counts, Violation};
use crate::node::SimNode;
use crate::requests::{Request, serve};
use crate::world::World;

const STEP: u64 = 10;
/// Faults happen until then, in virtual milliseconds.
const STORM: u64 = 90_000;
/// After the storm all nodes run and everything answers.
const CALM: u64 = 45_000;
const NAMES: [&str; 3] = ["a", "b", "c"];

/// What a schedule, or many, did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) violation: Option<Violation>,
    pub(crate) acked: u64,
    pub(crate) reads: u64,
    counts: Vec<Counts>,
}

struct Driver {
    world: Arc<World>,
    nodes: Vec<SimNode>,
    generation: u32,
    mode: ReadMode,
    ids: Vec<InfId>,
}

/// Runs the schedule of a seed.
pub(crate) fn run(seed: u64, mode: ReadMode) -> Report {
    let world = World::new(seed);
    let nodes = NAMES
        .iter()
        .map(|name| SimNode::start(&world, name, 0, mode))
        .collect();
    let mut driver = Driver {
        world,
        nodes,
        generation: 0,
        mode,
        ids: Vec::new(),
    };
    driver.begin();
    driver.pass(STORM, true);
    driver.heal();
    driver.pass(CALM, false);
    driver.finish();
    driver.report()
}

// === impl Driver ===

impl Driver {
    fn begin(&mut self) {
        while self.world.network().nodes.len() < NAMES.len() {
            self.step();
        }
        for number in 0..3 {
            let id: InfId = format!("inf-{number}").parse().unwrap();
            self.ids.push(id.clone());
            let (world, cluster) = (Arc::clone(&self.world), self.cluster(number));
            self.nodes[number].runtime.spawn(async move {
                let infrastructure = Infrastructure::new(id.clone(), Vec::new(), 0);
                // If the answer is lost the row may be there: nobody asks for it twice.
                while world.rows().load(&id).is_none() {
                    if let Ok(slot) = cluster.create(infrastructure.clone()).await {
                        world.history().recovered(&slot);
                    }
                }
            });
        }
        for _ in 0..300 {
            self.step();
        }
    }

    /// A cluster of a node that has started.
    fn cluster(&self, node: usize) -> Cluster {
        let network = self.world.network();
        network.nodes[&self.nodes[node].address].cluster.clone()
    }

    fn pass(&mut self, time: u64, storm: bool) {
        let end = self.world.now() + time;
        while self.world.now() < end && self.world.history().first.is_none() {
            if storm {
                self.fault();
            }
            self.ask();
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.world.now();
        {
            let (mut rows, mut history) = (self.world.rows(), self.world.history());
            rows.land(&mut history, now);
        }
        let first = usize::try_from(self.world.chance().below(3)).unwrap();
        for turn in 0..self.nodes.len() {
            let count = self.nodes.len();
            let node = &mut self.nodes[(first + turn) % count];
            if node.stopped_until <= now {
                node.step(Duration::from_millis(STEP));
            }
        }
        *self.world.now.lock().unwrap() = now + STEP;
    }

    /// Some client asks some node.
    fn ask(&mut self) {
        let (ask, node, id, kind) = {
            let mut chance = self.world.chance();
            let ask = chance.once_in(3);
            let id = chance.below(self.ids.len() as u64);
            (ask, chance.below(3), id, chance.below(10))
        };
        if !ask {
            return;
        }
        let node = &self.nodes[usize::try_from(node).unwrap()];
        let reachable = self.world.network().nodes.get(&node.address).cloned();
        let Some(reachable) = reachable else { return };
        let request = match kind {
            0..=3 => Request::Write(self.world.history().token()),
            4 => Request::Effect,
            _ => Request::Read,
        };
        let id = self.ids[usize::try_from(id).unwrap()].clone();
        let world = Arc::clone(&self.world);
        node.runtime
            .spawn(serve(world, reachable.cluster, id, request));
    }

    fn fault(&mut self) {
        let now = self.world.now();
        let (kind, node, long) = {
            let mut chance = self.world.chance();
            let long = chance.between(100, 26_000);
            (chance.below(4_000), chance.below(3), long)
        };
        let node = usize::try_from(node).unwrap();
        match kind {
            0..=3 if self.nodes[node].stopped_until <= now => self.stop(node, long),
            4 => self.kill(node),
            5 => {
                let mut redis = self.world.redis();
                redis.leases.clear();
                redis.incarnation += 1;
            }
            6 => self.world.redis().away_until = now + long,
            7 => self.world.network().cut_until = now + long / 3,
            8 => self.world.rows().away_until = now + long / 4,
            9 => self.leave(node),
            _ => {}
        }
    }

    /// As SIGSTOP, and SIGCONT later. Requests go on arriving.
    fn stop(&mut self, node: usize, millis: u64) {
        let now = self.world.now();
        // At once, so that what is asked meanwhile is served after the jump.
        self.nodes[node].stopped_until = now + millis / STEP * STEP;
        let until = self.nodes[node].stopped_until;
        while self.world.now() < until && self.world.history().first.is_none() {
            self.ask();
            self.step();
        }
        self.nodes[node].wake(Duration::from_millis(until - now));
    }

    /// As kill -9, with a new process in its place.
    fn kill(&mut self, node: usize) {
        self.generation += 1;
        let address = self.nodes[node].address.clone();
        self.world.network().nodes.remove(&address);
        let new = SimNode::start(&self.world, NAMES[node], self.generation, self.mode);
        let old = std::mem::replace(&mut self.nodes[node], new);
        old.runtime.shutdown_background();
    }

    /// Drains, and ends in order.
    fn leave(&mut self, node: usize) {
        let address = &self.nodes[node].address;
        let Some(reachable) = self.world.network().nodes.get(address).cloned() else {
            return;
        };
        let (done, mut is_done) = tokio::sync::oneshot::channel();
        self.nodes[node].runtime.spawn(async move {
            reachable.cluster.drain(Duration::from_secs(5)).await;
            reachable.cluster.close().await;
            let _ = done.send(());
        });
        let end = self.world.now() + 15_000;
        while is_done.try_recv().is_err() && self.world.now() < end {
            self.ask();
            self.step();
        }
        self.kill(node);
    }

    fn heal(&mut self) {
        self.world.redis().away_until = 0;
        self.world.network().cut_until = 0;
        self.world.rows().away_until = 0;
    }

    /// Every infrastructure is there, and can be changed.
    fn finish(&mut self) {
        if self.world.history().first.is_some() {
            return;
        }
        for id in self.ids.clone() {
            let before = self.world.history().acked_of(&id);
            let end = self.world.now() + 20_000;
            while self.world.history().acked_of(&id) == before && self.world.now() < end {
                for node in &self.nodes {
                    let reachable = self.world.network().nodes.get(&node.address).cloned();
                    let Some(reachable) = reachable else { continue };
                    let request = Request::Write(self.world.history().token());
                    let (world, cluster) = (Arc::clone(&self.world), reachable.cluster);
                    node.runtime
                        .spawn(serve(world, cluster, id.clone(), request));
                }
                for _ in 0..100 {
                    self.step();
                }
            }
            let mut history = self.world.history();
            if history.acked_of(&id) == before {
                history.violate(Violation::Stuck(id.to_string()));
            }
        }
    }

    fn report(self) -> Report {
        let mut history = self.world.history();
        let rows = self.world.rows();
        for (id, row) in &rows.rows {
            history.written(id, &row.infrastructure.cont_out);
        }
        let report = Report {
            violation: history.first.clone(),
            acked: history.counts.acked,
            reads: history.counts.reads,
            counts: vec![history.counts],
        };
        drop(history);
        drop(rows);
        self.world.network().nodes.clear();
        for node in self.nodes {
            node.runtime.shutdown_background();
        }
        report
    }
}

// === impl Report ===

impl Report {
    pub(crate) fn add(&mut self, other: &Self) {
        self.acked += other.acked;
        self.reads += other.reads;
        self.counts.extend(&other.counts);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |of: fn(&Counts) -> u64| self.counts.iter().map(of).sum::<u64>();
        write!(
            f,
            "{} schedules: {} writes acknowledged, {} failed, {} unknown; {} reads, {} refused; {} effects; {} forwards, {} take-overs, {} declared dead",
            self.counts.len(),
            self.acked,
            sum(|c| c.failed),
            sum(|c| c.unknown),
            self.reads,
            sum(|c| c.refused_reads),
            sum(|c| c.effects),
            sum(|c| c.forwarded),
            sum(|c| c.takeovers),
            sum(|c| c.deaths),
        )
    }
}
