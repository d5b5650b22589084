//! A node that is killed in the middle of work, and started again on the same database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{NodeBuilder, auth, document, request};

/// How long unfinished work may take until it is done.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client knows after its request.
#[derive(Debug)]
enum Outcome {
    /// The answer came: this infrastructure exists, and its machines do if the answer waited for them.
    Acknowledged { id: String, waited: bool },
    /// No answer came.
    Unknown,
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    const CLIENTS: usize = 8;
    const ROUNDS: usize = 3;
    let directory = tempfile::tempdir().expect("a directory");
    let mut acknowledged: Vec<(String, bool)> = Vec::new();
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
                Outcome::Acknowledged { id, waited } => Some((id, waited)),
                Outcome::Unknown => None,
            }));
        }
    }
    let node = NodeBuilder::new().directory(directory.path()).start();
    let listed = node.rest("GET", "/infrastructures", "crash", "");
    assert_eq!(listed.status, 200, "{}", listed.body);
    let end = Instant::now() + PATIENCE;
    for (id, waited) in &acknowledged {
        assert!(
            listed.body.contains(id.as_str()),
            "{id} was acknowledged and is not listed"
        );
        loop {
            let vms = node.rest("GET", &format!("/infrastructures/{id}"), "crash", "");
            assert_eq!(vms.status, 200, "{id}: {}", vms.body);
            if vms.body.lines().count() == 2 {
                break;
            }
            // Whoever did not wait for the machines finds that their making is taken up again by the first request.
            assert!(
                !waited && Instant::now() < end,
                "{id} was acknowledged with 2 machines and has: {}",
                vms.body
            );
        }
        let state = node.rest("GET", &format!("/infrastructures/{id}/state"), "crash", "");
        assert_eq!(state.status, 200, "{id}: {}", state.body);
    }
    assert!(
        acknowledged.len() >= 20 * ROUNDS,
        "only {} were acknowledged",
        acknowledged.len()
    );
}

/// Creates infrastructures until the node is gone.
fn create_until_it_breaks(address: &str, client: usize, done: &AtomicUsize) -> Vec<Outcome> {
    let auth = auth("crash");
    let headers = [
        ("Authorization", auth.as_str()),
        ("Content-Type", "text/plain"),
    ];
    let waited = client.is_multiple_of(2);
    let path = if waited {
        "/infrastructures"
    } else {
        "/infrastructures?async=1"
    };
    let mut outcomes = Vec::new();
    loop {
        match request(address, "POST", path, &headers, &document(2)) {
            Ok(answer) if answer.status == 200 => {
                let id = answer
                    .body
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                outcomes.push(Outcome::Acknowledged { id, waited });
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
