//! A node that is killed in the middle of work, and started again on the same database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::{NodeBuilder, auth, document, request};

/// What a client knows after its request.
#[derive(Debug)]
enum Outcome {
    /// The answer came: this infrastructure exists.
    Acknowledged(String),
    /// No answer came.
    Unknown,
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    const CLIENTS: usize = 8;
    const ROUNDS: usize = 3;
    let directory = tempfile::tempdir().expect("a directory");
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let mut node = NodeBuilder::new().directory(directory.path()).start();
        let done = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (address, done) = (node.rest.clone(), Arc::clone(&done));
                thread::spawn(move || create_until_it_breaks(&address, client, &done))
            })
            .collect();
        // In the middle of the burst, at another place in each round.
        while done.load(Ordering::SeqCst) < 20 + 17 * round {
            thread::yield_now();
        }
        node.kill();
        for client in clients {
            let outcomes = client.join().expect("the client ended");
            acknowledged.extend(outcomes.into_iter().filter_map(|outcome| match outcome {
                Outcome::Acknowledged(id) => Some(id),
                Outcome::Unknown => None,
            }));
        }
    }
    let node = NodeBuilder::new().directory(directory.path()).start();
    let listed = node.rest("GET", "/infrastructures", "crash", "");
    assert_eq!(listed.status, 200, "{}", listed.body);
    for id in &acknowledged {
        assert!(listed.body.contains(id.as_str()), "{id} was acknowledged and is not listed");
        let vms = node.rest("GET", &format!("/infrastructures/{id}"), "crash", "");
        assert_eq!(vms.status, 200, "{id}: {}", vms.body);
        assert_eq!(vms.body.lines().count(), 2, "{id} was acknowledged with 2 machines: {}", vms.body);
        let state = node.rest("GET", &format!("/infrastructures/{id}/state"), "crash", "");
        assert_eq!(state.status, 200, "{id}: {}", state.body);
    }
    assert!(acknowledged.len() >= 20 * ROUNDS, "only {} were acknowledged", acknowledged.len());
}

/// Creates infrastructures until the node is gone.
fn create_until_it_breaks(address: &str, client: usize, done: &AtomicUsize) -> Vec<Outcome> {
    let auth = auth("crash");
    let headers = [("Authorization", auth.as_str()), ("Content-Type", "text/plain")];
    let path = if client.is_multiple_of(2) { "/infrastructures" } else { "/infrastructures?async=1" };
    let mut outcomes = Vec::new();
    loop {
        match request(address, "POST", path, &headers, &document(2)) {
            Ok(answer) if answer.status == 200 => {
                let id = answer.body.rsplit('/').next().unwrap_or_default().to_owned();
                outcomes.push(Outcome::Acknowledged(id));
                done.fetch_add(1, Ordering::SeqCst);
            }
            Ok(answer) => panic!("create was answered {}: {}", answer.status, answer.body),
            Err(_) => {
                outcomes.push(Outcome::Unknown);
                return outcomes;
            }
        }
    }
}
