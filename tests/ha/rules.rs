//! The rules of the cluster (I1, I3, I4, I5 of `im-cluster`), each in the one situation in which a node that does not
//! keep it does harm. `tests/run mutants` builds nodes that do not, and demands that the test of the rule fails with the
//! word for that harm.

use std::sync::PoisonError;
use std::thread;

use im_simulated_cloud::{Cloud, Failure, Faults, Kind, Operation, Settings, audit};
use im_test_support::{Answer, Chaos, Client, Scratch, auth, until};

use crate::cluster::{ALONE, Cluster, Setup, USER, skipped};

/// A document of one machine.
fn marked(marker: &str) -> String {
    format!(
        "network lan (outbound = 'no')\nsystem {marker} (net_interface.0.connection = 'lan')\n\
         contextualize ()\ndeploy {marker} 1\n"
    )
}

fn machines(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.lines().count()
}

impl Cluster {
    fn at(&self, place: usize, method: &str, path: &str, body: &str) -> Answer {
        self.members[place].node.call(method, path, USER, body)
    }

    /// Creates an infrastructure at a node, which then owns it: its path.
    fn created_at(&self, place: usize) -> String {
        let id = self
            .at(place, "POST", "/infrastructures", &marked("first"))
            .id();
        assert_eq!(self.owner(&id), Some(place));
        format!("/infrastructures/{id}")
    }

    /// Waits until the session of a node that cannot reach the database was ended by others.
    fn declared_dead(&self, place: usize) {
        let name = &self.members[place].node.name;
        until("the node is declared dead", || {
            let states = self.sql(&format!(
                "SELECT state FROM im_node WHERE node_name = '{name}'"
            ));
            !states.contains("alive")
        });
    }

    /// Changes something at a node, as soon as that can.
    fn changed_at(&self, place: usize, path: &str, body: &str) {
        until("the node takes over", || {
            self.at(place, "POST", path, body).status == 200
        });
    }
}

/// I3: a node that nobody can tell that it is dead does not answer from memory.
fn no_stale_read(read_mode: &str) {
    let cluster = Setup::nodes(2).option("READ_MODE", read_mode).start();
    let path = cluster.created_at(0);
    assert_eq!(machines(&cluster.at(0, "GET", &path, "")), 1);
    cluster.members[0].links.db.set(Chaos::Cut);
    cluster.declared_dead(0);
    cluster.changed_at(1, &path, &marked("second"));
    for _ in 0..3 {
        let answer = cluster.at(0, "GET", &path, "");
        let is_stale = answer.status == 200 && answer.body.lines().count() < 2;
        assert!(!is_stale, "stale read: {}", answer.body);
    }
    // A refusal is an answer too: the second machine is there.
    for (method, call) in [
        ("DELETE", "vms/1"),
        ("PUT", "vms/1/stop"),
        ("PUT", "vms/1/disks/0/snapshot?image_name=a"),
        ("GET", "vms/1"),
    ] {
        let answer = cluster.at(0, method, &format!("{path}/{call}"), "");
        let is_stale = answer.status == 404;
        assert!(!is_stale, "stale read: {method} {call}: {}", answer.body);
    }
    cluster.heal();
    until("the node is back", || {
        let answer = cluster.at(0, "GET", &path, "");
        answer.status == 200 && machines(&answer) == 2
    });
}

#[test]
fn who_may_be_dead_does_not_answer_from_memory() {
    if skipped("who_may_be_dead_does_not_answer_from_memory") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    no_stale_read("cached");
    no_stale_read("validated");
}

/// I1: what the old owner had sent before it was taken for dead, and arrives now, is not written.
#[test]
fn a_write_that_arrives_after_a_take_over_is_fenced() {
    if skipped("a_write_that_arrives_after_a_take_over_is_fenced") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cluster = Setup::nodes(2).start();
    let path = cluster.created_at(0);
    thread::scope(|scope| {
        let link = &cluster.members[0].links.db;
        // The statement that saves the document.
        link.set(Chaos::Hold(b"\"vm_list\"".to_vec()));
        let node = &cluster.members[0].node.rest;
        // A change without an entry in the journal, which has a fence of its own.
        let late = scope.spawn(|| {
            let authorization = auth(USER);
            let headers = [
                ("Authorization", authorization.as_str()),
                ("Content-Type", "application/json"),
            ];
            let owner = r#"{"username": "late", "password": "late"}"#;
            Client::new(node).send("POST", &format!("{path}/authorization"), &headers, owner)
        });
        until("the write is under way", || link.struck() > 0);
        link.set(Chaos::BlackHole);
        cluster.declared_dead(0);
        cluster.changed_at(1, &path, &marked("second"));
        cluster.heal();
        let answer = late.join().expect("the client");
        println!("the late write: {answer:?}");
    });
    // The database tells which of them was the last.
    cluster.members[1].node.kill();
    until("somebody takes over", || {
        cluster.at(0, "GET", &path, "").status == 200
    });
    let shown = cluster.at(0, "GET", &format!("{path}/radl"), "").body;
    assert!(shown.contains("system second"), "lost update: {shown}");
}

/// I4: a commit whose answer is lost is not called failed.
#[test]
fn a_commit_without_an_answer_is_not_called_failed() {
    if skipped("a_commit_without_an_answer_is_not_called_failed") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cluster = Setup::nodes(2).start();
    let path = cluster.created_at(0);
    let answer = thread::scope(|scope| {
        let link = &cluster.members[0].links.db;
        link.set(Chaos::LoseAnswers(b"COMMIT".to_vec()));
        let asking = scope.spawn(|| cluster.at(0, "POST", &path, &marked("lost")));
        until("an answer is lost", || link.struck() > 0);
        cluster.heal();
        asking.join().expect("the client")
    });
    // Another node tells what is in the database.
    cluster.members[0].node.kill();
    let mut shown = 0;
    until("somebody takes over", || {
        let answer = cluster.at(1, "GET", &path, "");
        shown = answer.body.lines().count();
        answer.status == 200
    });
    println!("{} {}; {shown} machines", answer.status, answer.body);
    let is_refused = answer.body.contains("Nothing was");
    assert!(!is_refused || shown == 1, "landed later: {}", answer.body);
    assert!(
        answer.status != 200 || shown == 2,
        "lost update: {}",
        answer.body
    );
}

/// I5: a launch whose answer is lost, with the node that made it, is found by who takes over, and not made again.
#[test]
fn a_launch_without_an_answer_is_not_made_again() {
    if skipped("a_launch_without_an_answer_is_not_made_again") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for idempotency in ["token", "none"] {
        launched_once(idempotency);
    }
}

fn launched_once(idempotency: &str) {
    let mut cluster = Setup::nodes(2).start();
    let scratch = Scratch::new();
    let cloud = Cloud::start(Settings::new(scratch.path().join("state"))).expect("a cloud");
    let authorization = format!(
        "type = InfrastructureManager; username = {USER}; password = secret\\n{}",
        cloud.credentials(idempotency)
    );
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Content-Type", "text/plain"),
    ];
    let ask = |address: &str, method: &str, path: &str, body: &str| {
        Client::new(address).send(method, path, &headers, body)
    };
    let nodes: Vec<String> = cluster
        .members
        .iter()
        .map(|member| member.node.rest.clone())
        .collect();
    let created = ask(&nodes[0], "POST", "/infrastructures", &marked("first"));
    let id = created.expect("an answer").id();
    let path = format!("/infrastructures/{id}");
    cloud.set_faults(Faults {
        failures: vec![Failure {
            operation: Some(Operation::Launch),
            kind: Kind::Lost,
            rate: 1.0,
            times: Some(1),
        }],
        // Time for the node to die after the machine was made.
        latency_ms: (300, 300),
        ..Faults::default()
    });
    thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&nodes[0], "POST", &path, &marked("second")));
        until("the machine is made", || cloud.made() == 2);
        cluster.members[0].node.kill();
        let _no_answer = asking.join();
    });
    cloud.set_faults(Faults::default());
    until("somebody finishes it", || {
        let open = cluster.sql("SELECT COUNT(*) FROM im_operation WHERE ended_at IS NULL");
        open.trim() == "0"
            && ask(&nodes[1], "POST", &path, &marked("third"))
                .is_ok_and(|answer| answer.status == 200)
    });
    let listed = machines(&ask(&nodes[1], "GET", &path, "").expect("an answer"));
    let audit = cloud.audit();
    assert!(audit.doubled().is_empty(), "doubled: {:?}", audit.doubled());
    let there = audit
        .alive()
        .filter(|machine| machine.label(audit::INF) == Some(&id))
        .count();
    assert_eq!(there, listed, "leaked: {:?}", audit.machines);
}
