//! The end of a run: everything is healed, everybody is asked, and what was seen is judged.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::checker::violations;
use crate::cluster::Cluster;
use crate::story::story;

use super::asker::Asker;
use super::nemesis::Nemesis;
use super::report::Report;
use super::world::World;

/// After this long of calm nothing may be undone.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn finish(cluster: &mut Cluster, world: &World, nemesis: &Nemesis) -> Report {
    cluster.heal();
    cluster.all_up();
    let ids: Vec<String> = world.histories().keys().cloned().collect();
    let mut report = Report::new(world, nemesis);
    for id in &ids {
        if !settles(world, id) {
            report.stuck.push(id.clone());
        }
    }
    report.stuck.extend(open_operations(cluster));
    // Once more everywhere, when everything has ended.
    for id in &ids {
        for node in &world.nodes {
            Asker::at(world, node).read(id);
        }
    }
    for (id, history) in world.histories().iter() {
        report.violations(id, &violations(history), &world.told(id, history));
    }
    let listed = listed(world);
    report.surplus(world, &listed);
    let audit = world.cloud.audit();
    report.machines(&audit, &listed, |id| {
        story(|statement| cluster.sql(statement), &audit, id)
    });
    report
}

/// Whether every node answers about an infrastructure, and it can be changed if it is there.
fn settles(world: &World, id: &str) -> bool {
    let end = Instant::now() + PATIENCE;
    let in_time = |mut done: Box<dyn FnMut() -> bool + '_>| loop {
        if done() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(100));
    };
    let all_answer = world.nodes.iter().all(|node| {
        let mut asker = Asker::at(world, node);
        in_time(Box::new(move || asker.read(id)))
    });
    let mut asker = Asker::at(world, &world.entry);
    let is_there = asker
        .names("/infrastructures")
        .is_some_and(|listed| listed.iter().any(|other| other == id));
    all_answer && (!is_there || in_time(Box::new(move || asker.add(id))))
}

/// Operations in the journal that nobody ends.
fn open_operations(cluster: &Cluster) -> Vec<String> {
    let end = Instant::now() + PATIENCE;
    loop {
        let open = cluster
            .sql("SELECT CONCAT(kind, ' ', inf_id) FROM im_operation WHERE ended_at IS NULL");
        if open.is_empty() || Instant::now() > end {
            return open.lines().map(str::to_owned).collect();
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// What the user has: infrastructures with their machines.
fn listed(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut asker = Asker::at(world, &world.entry);
    let infrastructures = asker
        .names("/infrastructures")
        .expect("the list, after all is over");
    let with_machines = infrastructures.into_iter().map(|id| {
        let machines = asker.names(&format!("/infrastructures/{id}"));
        (id, machines.expect("its machines, after all is over"))
    });
    with_machines.collect()
}
