//! `kill -9` of the owner in the middle of launching a hundred machines: after the recovery the cloud has exactly those
//! that the infrastructure lists, whether it recognises repeated launches or not.
//!
//! `IM_LAUNCH_CRASHES` is how many times, each at another moment drawn by `IM_CRASH_SEED`.

use std::env;
use std::thread;
use std::time::Duration;

use im_simulated_cloud::{Faults, Kind, Operation};
use im_test_support::{document, until};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::crash::{Bench, Said, skipped};

/// How many machines are launched.
const MACHINES: usize = 100;
/// How many crashes there are if nobody says otherwise.
const CRASHES: u64 = 3;

#[test]
fn killed_among_a_hundred_launches_in_a_cloud_that_recognises_repeats() {
    if !skipped("killed_among_a_hundred_launches_in_a_cloud_that_recognises_repeats") {
        crashes("token");
    }
}

#[test]
fn killed_among_a_hundred_launches_in_a_cloud_that_recognises_nothing() {
    if !skipped("killed_among_a_hundred_launches_in_a_cloud_that_recognises_nothing") {
        crashes("none");
    }
}

/// The counting can fail: a service that does not wait for a late list launches again what is there.
#[test]
fn who_looks_too_early_makes_machines_twice() {
    if skipped("who_looks_too_early_makes_machines_twice") {
        return;
    }
    let bench = Bench::start_with("none", &[("LAUNCH_VISIBILITY_TIME", "0.01")]);
    bench.cloud.set_faults(
        Faults {
            visibility_ms: 60_000,
            ..Faults::default()
        }
        .failing_next(Operation::Launch, Kind::Lost, 1),
    );
    let said = Said::of(bench.call(0, "POST", "/infrastructures", &document(3)));
    let audit = bench.cloud.audit();
    assert_eq!(audit.doubled().len(), 1, "{said:?}");
    assert_eq!(audit.alive().count(), 4);
}

fn crashes(idempotency: &str) {
    let number = |name, otherwise| {
        env::var(name).map_or(otherwise, |number| number.parse().expect("a number"))
    };
    let crashes = number("IM_LAUNCH_CRASHES", CRASHES);
    let mut random = StdRng::seed_from_u64(number("IM_CRASH_SEED", 1));
    let mut bench = Bench::start(idempotency);
    let mut longest = Duration::ZERO;
    for crash in 1..=crashes {
        let made = random.random_range(0..MACHINES);
        let later = Duration::from_millis(random.random_range(0..40));
        let what =
            format!("{idempotency}, crash {crash} of {crashes}, {later:?} after {made} machines");
        longest = longest.max(crash_at(&mut bench, &what, made, later));
    }
    println!(
        "launches, {idempotency}: {crashes} crashes, none lost, none doubled, longest recovery {longest:.1?}"
    );
}

/// Kills the owner when so many machines were made; answers how long it took until everything was settled.
fn crash_at(bench: &mut Bench, what: &str, made: usize, later: Duration) -> Duration {
    // Now and then an answer is lost besides.
    bench.cloud.set_faults(
        Faults {
            seed: made as u64,
            latency_ms: (5, 60),
            visibility_ms: 500,
            ..Faults::default()
        }
        .failing(Operation::Launch, Kind::Lost, 0.02),
    );
    let before = bench.cloud.made();
    let pid = bench.nodes[0].process().pid().to_string();
    let said = thread::scope(|scope| {
        let bench = &*bench;
        let creating = scope
            .spawn(|| Said::of(bench.call(0, "POST", "/infrastructures", &document(MACHINES))));
        until("so many machines were made", || {
            bench.cloud.made() >= before + made
        });
        thread::sleep(later);
        let killed = std::process::Command::new("kill")
            .args(["-9", &pid])
            .status();
        assert!(killed.expect("kill runs").success());
        creating.join().expect("the client")
    });
    let begun = std::time::Instant::now();
    until("the node has ended", || bench.is_dead(0));
    bench.settle();
    let took = begun.elapsed();
    bench.check(what);
    let infrastructures = bench.infrastructures();
    assert!(
        infrastructures.len() <= 1,
        "{what}: {said:?} {infrastructures:?}"
    );
    for inf in &infrastructures {
        let listed = bench.listed(inf).unwrap_or_default();
        assert_eq!(listed.len(), MACHINES, "{what}: machines are missing");
    }
    println!(
        "{what}: {} infrastructure(s), settled after {took:.1?}",
        infrastructures.len()
    );
    bench.revive(&[]);
    bench.clear(what);
    took
}
