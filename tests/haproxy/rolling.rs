//! Nodes that leave and come back under load (E17, E19): no request fails.
//!
//! Short here; by hand with as many calls as you like, and what was measured is printed:
//! `IM_ROLLING_CALLS=10000 cargo test -p im --test haproxy rolling -- --nocapture`

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::cluster::cluster;
use crate::lab::{Lab, alone, skipped};
use im_test_support::{Answer, Client, document, until};

/// What clients saw.
#[derive(Default)]
struct Report {
    /// Calls by method.
    calls: BTreeMap<&'static str, usize>,
    /// What failed.
    failures: Vec<String>,
    restarts: usize,
}

/// Whether an answer is as it should be.
type Right = fn(&Answer) -> bool;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: usize = self.calls.values().sum();
        write!(
            f,
            "rolling: {total} calls {:?}, {} restarts, {} failed",
            self.calls,
            self.restarts,
            self.failures.len()
        )
    }
}

impl Report {
    fn add(&mut self, other: Self) {
        for (method, count) in other.calls {
            *self.calls.entry(method).or_default() += count;
        }
        self.failures.extend(other.failures);
    }

    fn total(&self) -> usize {
        self.calls.values().sum()
    }
}

/// How many calls a run has at least.
fn wanted(short: usize) -> usize {
    std::env::var("IM_ROLLING_CALLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(short)
}

/// One client after another life: creates, reads, stops, starts and destroys, until it is told to end.
fn client(address: &str, number: usize, right: Right, end: &AtomicBool) -> Report {
    let mut report = Report::default();
    let user = format!("user{number}");
    let mut client = Client::new(address);
    let mut id = String::new();
    let rounds: &[(&'static str, &str)] = &[
        ("POST", ""),
        ("GET", ""),
        ("GET", "/state"),
        ("PUT", "/stop"),
        ("GET", "/radl"),
        ("PUT", "/start"),
        ("GET", ""),
        ("DELETE", ""),
    ];
    while !end.load(Ordering::Relaxed) {
        for (method, path) in rounds {
            let (target, body) = match *method {
                "POST" => ("/infrastructures".to_owned(), document(1)),
                _ => (format!("/infrastructures/{id}{path}"), String::new()),
            };
            *report.calls.entry(method).or_default() += 1;
            match client.call(method, &target, &user, &body) {
                Ok(answer) => {
                    if !right(&answer) {
                        report.failures.push(format!(
                            "{method} {path}: {} {}",
                            answer.status,
                            answer.body.trim()
                        ));
                    }
                    if *method == "POST" && answer.status == 200 {
                        id = answer.id();
                    }
                }
                Err(error) => {
                    report.failures.push(format!("{method} {path}: {error}"));
                    client = Client::new(address);
                }
            }
        }
    }
    report
}

/// Restarts one node after the other while clients work, until there were enough calls.
fn roll(lab: &mut Lab, clients: usize, calls: usize, right: Right) -> Report {
    let end = AtomicBool::new(false);
    let mut report = Report::default();
    let address = lab.haproxy.address.clone();
    thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|number| {
                scope.spawn({
                    let (address, end) = (&address, &end);
                    move || client(address, number, right, end)
                })
            })
            .collect();
        let done = || {
            lab.haproxy
                .stat("api", "FRONTEND", "req_tot")
                .parse::<usize>()
                .unwrap_or_default()
        };
        let mut index = 0;
        until("the clients work", || done() > 20);
        // Each node at least once.
        while index < lab.nodes.len() || done() < calls {
            let at = index % lab.nodes.len();
            let name = lab.nodes[at].name.clone();
            lab.nodes[at].terminate();
            lab.nodes[at].run();
            until("the node is back", || {
                lab.haproxy.stat("im", &name, "status") == "UP"
            });
            report.restarts += 1;
            index += 1;
        }
        end.store(true, Ordering::Relaxed);
        for client in running {
            report.add(client.join().expect("a client"));
        }
    });
    report
}

/// Nodes that are alone cannot answer for each other (404), but nobody may be cut off. HAProxy keeps no connections for
/// later here, since these nodes do not say beforehand that they will end.
#[test]
fn a_node_that_ends_cuts_nobody_off() {
    if skipped("a_node_that_ends_cuts_nobody_off") {
        return;
    }
    let mut lab = Lab::changed(alone(3), |text| {
        text.replace("  retries 3\n", "  option http-server-close\n  retries 3\n")
    });
    let report = roll(&mut lab, 8, wanted(1000), |answer| answer.status < 500);
    println!("{report}");
    assert!(report.total() >= wanted(1000));
    assert!(
        report.failures.is_empty(),
        "{report}\n{}",
        report.failures.join("\n")
    );
}

/// E19: a rolling restart of a cluster fails no request.
#[test]
fn a_rolling_restart_of_a_cluster_fails_no_request() {
    if skipped("a_rolling_restart_of_a_cluster_fails_no_request") {
        return;
    }
    let mut lab = Lab::new(cluster(3, &[]));
    let report = roll(&mut lab, 8, wanted(1000), |answer| answer.status == 200);
    println!("{report}");
    assert!(report.total() >= wanted(1000));
    assert!(
        report.failures.is_empty(),
        "{report}\n{}",
        report.failures.join("\n")
    );
}
