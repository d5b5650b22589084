//! Nodes leave, come back, are added and taken away under load, and no request fails.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use im_test_support::{Client, document, until};

use crate::cluster::{ALONE, Cluster, Setup, skipped};

/// What clients saw.
#[derive(Default)]
struct Seen {
    calls: AtomicUsize,
    failures: Mutex<Vec<String>>,
    over: AtomicBool,
}

/// One infrastructure after the other: made, asked for, changed, and destroyed. What is answered must be right.
fn client(address: &str, number: usize, seen: &Seen) {
    let user = format!("user{number}");
    let mut client = Client::new(address);
    while !seen.over.load(Ordering::Relaxed) {
        let mut id = String::new();
        let mut machines = 1;
        for step in [
            "create", "list", "read", "add", "read", "remove", "read", "stop", "start", "destroy",
        ] {
            let inf = format!("/infrastructures/{id}");
            let (method, path, body) = match step {
                "create" => ("POST", "/infrastructures".to_owned(), document(1)),
                "list" => ("GET", "/infrastructures".to_owned(), String::new()),
                "read" => ("GET", inf, String::new()),
                "add" => ("POST", inf, document(1)),
                "remove" => ("DELETE", format!("{inf}/vms/0"), String::new()),
                "destroy" => ("DELETE", inf, String::new()),
                other => ("PUT", format!("{inf}/{other}"), String::new()),
            };
            seen.calls.fetch_add(1, Ordering::Relaxed);
            let failed = |what: String| {
                let mut failures = seen.failures.lock().unwrap_or_else(PoisonError::into_inner);
                failures.push(format!("{step} {path}: {what}"));
            };
            match client.call(method, &path, &user, &body) {
                Ok(answer) if answer.status != 200 => {
                    failed(format!("{} {}", answer.status, answer.body.trim()));
                }
                Ok(answer) => match step {
                    "create" => id = answer.id(),
                    "add" => machines += 1,
                    "remove" => machines -= 1,
                    "read" if answer.body.lines().count() != machines => {
                        failed(format!(
                            "{machines} machines were expected: {}",
                            answer.body
                        ));
                    }
                    "list" if !answer.body.contains(&id) => failed(answer.body),
                    _ => {}
                },
                Err(error) => {
                    failed(error.to_string());
                    client = Client::new(address);
                }
            }
        }
    }
}

/// Does something to a cluster while clients work.
fn under_load(cluster: &mut Cluster, disturb: impl FnOnce(&mut Cluster, &dyn Fn())) {
    let seen = Seen::default();
    let address = cluster.haproxy.address.clone();
    thread::scope(|scope| {
        for number in 0..6 {
            let (address, seen) = (&address, &seen);
            scope.spawn(move || client(address, number, seen));
        }
        let work_goes_on = || {
            let before = seen.calls.load(Ordering::Relaxed);
            until("the clients work", || {
                seen.calls.load(Ordering::Relaxed) > before + 60
            });
        };
        work_goes_on();
        disturb(cluster, &work_goes_on);
        work_goes_on();
        seen.over.store(true, Ordering::Relaxed);
    });
    let failures = seen
        .failures
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let calls = seen.calls.into_inner();
    println!("{calls} calls, {} failed", failures.len());
    assert!(
        failures.is_empty(),
        "{} of {calls} failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn a_rolling_restart_fails_no_request() {
    if skipped("a_rolling_restart_fails_no_request") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cluster = Setup::nodes(3).start();
    under_load(&mut cluster, |cluster, work_goes_on| {
        for place in 0..cluster.members.len() {
            assert!(cluster.members[place].node.terminate().success());
            cluster.members[place].node.run();
            cluster.becomes(place, "UP");
            work_goes_on();
        }
    });
}

#[test]
fn nodes_come_and_go_and_no_request_fails() {
    if skipped("nodes_come_and_go_and_no_request_fails") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cluster = Setup::nodes(2).start();
    under_load(&mut cluster, |cluster, work_goes_on| {
        let added = cluster.add();
        cluster.becomes(added, "UP");
        work_goes_on();
        // The first node goes for good.
        assert!(cluster.members[0].node.terminate().success());
        cluster.becomes(0, "DOWN");
        work_goes_on();
    });
}
