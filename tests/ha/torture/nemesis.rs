//! Faults, one after the other, each followed by calm.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use im_simulated_cloud::{Failure, Faults, Kind};
use im_test_support::Chaos;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::cluster::{Cluster, TTL};

use super::asker::Asker;
use super::plan::Plan;
use super::world::World;

/// What can befall a cluster.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Fault {
    NodeKilled,
    NodeStopped,
    NodeRestarted,
    RedisFlushed,
    RedisKilled,
    RedisStopped,
    DatabaseKilled,
    DatabaseStopped,
    NodeWithoutDatabase,
    NodeWithoutRedis,
    NodeWithoutPeers,
    NodeAlone,
    AnswersLost,
    DatabaseSlow,
    HaproxyReloaded,
    PinsCleared,
    PinsRewritten,
    CloudSlow,
    CloudLosesAnswers,
}

/// All of them; what hurts most comes most often.
const FAULTS: [Fault; 22] = [
    Fault::NodeKilled,
    Fault::NodeKilled,
    Fault::NodeStopped,
    Fault::NodeStopped,
    Fault::NodeRestarted,
    Fault::RedisFlushed,
    Fault::RedisKilled,
    Fault::RedisStopped,
    Fault::DatabaseKilled,
    Fault::DatabaseStopped,
    Fault::NodeWithoutDatabase,
    Fault::NodeWithoutDatabase,
    Fault::NodeWithoutRedis,
    Fault::NodeWithoutPeers,
    Fault::NodeAlone,
    Fault::AnswersLost,
    Fault::DatabaseSlow,
    Fault::HaproxyReloaded,
    Fault::PinsCleared,
    Fault::PinsRewritten,
    Fault::CloudSlow,
    Fault::CloudLosesAnswers,
];

/// How long the change of what a dead node owned is tried.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whoever makes them.
pub(crate) struct Nemesis {
    chance: StdRng,
    until: Instant,
    /// Faults that are still to come before any comes again.
    hand: Vec<Fault>,
    /// What was done, how often.
    pub(crate) done: BTreeMap<Fault, u32>,
    /// From the death of an owner to the first change of what it owned.
    pub(crate) recoveries: Vec<Duration>,
}

// === impl Nemesis ===

impl Nemesis {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            chance: StdRng::seed_from_u64(plan.seed),
            until: Instant::now() + plan.time,
            hand: Vec::new(),
            done: BTreeMap::new(),
            recoveries: Vec::new(),
        }
    }

    /// Makes faults until the time is over.
    pub(crate) fn rage(&mut self, cluster: &mut Cluster, world: &World) {
        self.calm(1.0);
        while Instant::now() < self.until {
            let fault = self.draw();
            *self.done.entry(fault).or_default() += 1;
            let began = world.now();
            world.note(format!("{fault:?} begins"));
            self.make(fault, cluster, world);
            world.note(format!("{fault:?} is over"));
            println!(
                "{:>7.2} s: {fault:?}, {:.2} s",
                Duration::from_nanos(began).as_secs_f64(),
                Duration::from_nanos(world.now() - began).as_secs_f64()
            );
            let calm = self.chance.random_range(0.2..2.0);
            self.calm(calm);
        }
    }

    fn draw(&mut self) -> Fault {
        if self.hand.is_empty() {
            self.hand = FAULTS.to_vec();
        }
        let place = self.chance.random_range(0..self.hand.len());
        self.hand.swap_remove(place)
    }

    /// Lets the faults that were made, or none, have their time.
    fn calm(&mut self, seconds: f64) {
        thread::sleep(Duration::from_secs_f64(seconds));
    }

    /// A time that is nothing to a session, or ends it, or much more.
    fn while_it_lasts(&mut self) {
        let times = [0.3, 1.0, 1.0, 2.0][self.chance.random_range(0..4)];
        let jitter = self.chance.random_range(0.8..1.3);
        self.calm(times * jitter * TTL);
    }

    fn make(&mut self, fault: Fault, cluster: &mut Cluster, world: &World) {
        let place = self.chance.random_range(0..cluster.members.len());
        match fault {
            Fault::NodeKilled => self.kill(cluster, world),
            Fault::NodeStopped => {
                cluster.members[place].node.process().signal("STOP");
                let times = [1.0, 2.0, 5.0][self.chance.random_range(0..3)];
                self.calm(times * TTL);
                cluster.members[place].node.process().signal("CONT");
            }
            Fault::NodeRestarted => {
                cluster.members[place].node.terminate();
                cluster.members[place].node.run();
            }
            Fault::RedisFlushed => drop(cluster.redis.ask("FLUSHALL")),
            Fault::RedisKilled => {
                cluster.redis.process().kill();
                self.while_it_lasts();
                cluster.redis.run();
            }
            Fault::RedisStopped => {
                cluster.redis.process().signal("STOP");
                self.while_it_lasts();
                cluster.redis.process().signal("CONT");
            }
            Fault::DatabaseKilled => {
                cluster.db.process().kill();
                if self.chance.random_bool(0.5) {
                    self.while_it_lasts();
                }
                cluster.db.run();
            }
            Fault::DatabaseStopped => {
                cluster.db.process().signal("STOP");
                self.while_it_lasts();
                cluster.db.process().signal("CONT");
            }
            Fault::HaproxyReloaded => cluster.haproxy.reload(|text| text),
            Fault::PinsCleared => drop(cluster.haproxy.ask("clear table im")),
            Fault::PinsRewritten => self.rewrite_pins(cluster, world),
            Fault::CloudSlow | Fault::CloudLosesAnswers => self.spoil(fault, world),
            _ => self.part(fault, cluster, place, world),
        }
    }

    /// Faults of connections.
    fn part(&mut self, fault: Fault, cluster: &Cluster, place: usize, world: &World) {
        let links = &cluster.members[place].links;
        let gone = if self.chance.random_bool(0.5) {
            Chaos::Cut
        } else {
            Chaos::BlackHole
        };
        match fault {
            Fault::NodeWithoutDatabase => links.db.set(gone),
            Fault::NodeWithoutRedis => links.redis.set(gone),
            Fault::NodeWithoutPeers => links.peers.set(gone),
            Fault::NodeAlone => links.set(&gone),
            // The ends of transactions, statements that save a document, and what is prepared to change something.
            Fault::AnswersLost => {
                let request =
                    [&b"COMMIT"[..], b"\"vm_list\"", b"UPDATE"][self.chance.random_range(0..3)];
                for member in &cluster.members {
                    member.links.db.set(Chaos::LoseAnswers(request.to_vec()));
                }
            }
            _ => links.db.set(Chaos::Delay(Duration::from_millis(
                self.chance.random_range(50..800),
            ))),
        }
        if matches!(fault, Fault::NodeWithoutDatabase | Fault::NodeAlone) {
            self.while_asked(world, place);
        } else {
            self.while_it_lasts();
        }
        cluster.heal();
    }

    /// A time that ends a session, in which the node whose session it is is asked for everything, again and again.
    fn while_asked(&mut self, world: &World, place: usize) {
        let times = self.chance.random_range(1.0..3.0);
        let end = Instant::now() + Duration::from_secs_f64(times * TTL);
        let mut asker = Asker::at(world, &world.nodes[place]);
        while Instant::now() < end {
            for id in world.live().clone() {
                asker.read(&id);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Faults of the cloud.
    fn spoil(&mut self, fault: Fault, world: &World) {
        let mut faults = Faults {
            seed: self.chance.random(),
            latency_ms: (5, 50),
            ..Faults::default()
        };
        if fault == Fault::CloudSlow {
            faults.latency_ms = (100, 3000);
            faults.boot_ms = 2000;
        } else {
            faults.visibility_ms = 500;
            for kind in [Kind::Lost, Kind::BrokenAfter] {
                faults.failures.push(Failure {
                    operation: None,
                    kind,
                    rate: 0.2,
                    times: None,
                });
            }
        }
        world.cloud.set_faults(faults);
        self.while_it_lasts();
        world.cloud.set_faults(Faults::default());
    }

    /// Kills the owner of something, measures how long that cannot be changed, and starts the node again.
    fn kill(&mut self, cluster: &mut Cluster, world: &World) {
        let mut asker = Asker::at(world, &world.entry);
        let owned = asker
            .created()
            .and_then(|id| Some((cluster.owner(&id)?, id)));
        let place = owned.as_ref().map_or(0, |(place, _)| *place);
        cluster.members[place].node.kill();
        let died = Instant::now();
        if let Some((_, id)) = owned {
            while died.elapsed() < PATIENCE {
                if asker.add(&id) {
                    self.recoveries.push(died.elapsed());
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        cluster.members[place].node.run();
    }

    /// Has pins lead to nodes by chance.
    fn rewrite_pins(&mut self, cluster: &Cluster, world: &World) {
        for id in world.live().iter() {
            let place = self.chance.random_range(0..cluster.members.len());
            cluster.haproxy.ask(&format!("clear table im key {id}"));
            cluster.haproxy.ask(&format!(
                "set table im key {id} data.server_id {}",
                place + 1
            ));
        }
    }
}
