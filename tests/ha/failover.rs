//! A node dies: how long until what it owned can be changed.

use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use im_test_support::{Client, document};

use crate::cluster::{ALONE, Cluster, Setup, TTL, USER, skipped};

/// Until this long after a death somebody waits, before it is a fault.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kills the owner of an infrastructure: how long nobody could change that.
fn kill_the_owner(cluster: &mut Cluster) -> Duration {
    let id = cluster.create();
    let owner = cluster.owner(&id).expect("an owner");
    cluster.members[owner].node.kill();
    let died = Instant::now();
    let path = format!("/infrastructures/{id}");
    loop {
        let answer = Client::new(&cluster.haproxy.address).call("POST", &path, USER, &document(1));
        if matches!(&answer, Ok(answer) if answer.status == 200) {
            break;
        }
        assert!(died.elapsed() < PATIENCE, "{answer:?}");
        thread::sleep(Duration::from_millis(20));
    }
    let took = died.elapsed();
    let shown = cluster.call("GET", &path, "").body;
    assert!(shown.lines().count() >= 2, "{shown}");
    cluster.members[owner].node.run();
    cluster.all_up();
    took
}

#[test]
fn what_a_dead_node_owned_is_taken_over() {
    if skipped("what_a_dead_node_owned_is_taken_over") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rounds = std::env::var("FAILOVER_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut cluster = Setup::nodes(3).start();
    let mut times: Vec<Duration> = (0..rounds.unwrap_or(4))
        .map(|_| kill_the_owner(&mut cluster))
        .collect();
    times.sort_unstable();
    let last = times.len() - 1;
    println!(
        "failover: p50 {:.2} s, p99 {:.2} s of {} kills, with SESSION_TTL {TTL} s",
        times[times.len() / 2].as_secs_f64(),
        times[(times.len() * 99 / 100).min(last)].as_secs_f64(),
        times.len()
    );
}

#[test]
fn without_redis_everything_goes_on() {
    if skipped("without_redis_everything_goes_on") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut cluster = Setup::nodes(2).start();
    let before = cluster.create();
    cluster.redis.process().kill();
    let after = cluster.create();
    for id in [&before, &after] {
        for member in &cluster.members {
            let path = format!("/infrastructures/{id}");
            assert_eq!(
                member.node.call("POST", &path, USER, &document(1)).status,
                200
            );
        }
        let shown = cluster
            .call("GET", &format!("/infrastructures/{id}"), "")
            .body;
        assert_eq!(shown.lines().count(), 3, "{shown}");
    }
    // Also the death of a node is noticed.
    let owner = cluster.owner(&before).expect("an owner");
    cluster.members[owner].node.kill();
    let path = format!("/infrastructures/{before}");
    im_test_support::until("somebody takes it over", || {
        cluster.call("POST", &path, &document(1)).status == 200
    });
    cluster.redis.run();
    assert_eq!(cluster.call("POST", &path, &document(1)).status, 200);
}
