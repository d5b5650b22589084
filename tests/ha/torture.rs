//! Concurrent clients, and everything that can befall a cluster, from a seed; afterwards, what clients saw is judged.
//!
//! Clients ask through HAProxy and at random nodes, with few infrastructures for many clients. Faults come one after the
//! other, with calm between them. In the end everything is healed, every node is asked for everything once more, and the
//! history of each infrastructure is checked (`checker`). Time has its own way here, so a seed gives the same questions and
//! the same faults, not the same run.
//!
//! `tests/torture --minutes 30 --seed 7` runs it long; in the test command it is short.

mod answer;
mod asker;
mod finish;
mod nemesis;
mod plan;
mod report;
mod world;

use std::sync::PoisonError;
use std::thread;

use crate::cluster::{ALONE, Setup, skipped};

use asker::Asker;
use nemesis::Nemesis;
use plan::Plan;
use report::Report;
use world::World;

#[test]
fn whatever_happens_nothing_is_lost_stale_leaked_or_doubled() {
    if skipped("whatever_happens_nothing_is_lost_stale_leaked_or_doubled") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let report = torture(&Plan::from_environment());
    println!("{report}");
    assert!(report.acknowledged > 50, "hardly anything was done");
    assert!(report.is_good(), "{}", report.faults_found());
}

fn torture(plan: &Plan) -> Report {
    println!("{plan}");
    let mut cluster = Setup::nodes(3).option("READ_MODE", plan.read_mode).start();
    let world = World::new(&cluster, plan);
    let mut nemesis = Nemesis::new(plan);
    thread::scope(|scope| {
        for number in 0..plan.clients {
            let world = &world;
            scope.spawn(move || Asker::new(world, plan, number).work());
        }
        nemesis.rage(&mut cluster, &world);
        world.stop();
    });
    finish::finish(&mut cluster, &world, &nemesis)
}
