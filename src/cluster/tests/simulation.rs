//! The protocol under schedules with seeds: three nodes over a database, a Redis and a network in memory.
//!
//! Each node is a runtime of its own with a paused clock. A driver lets the nodes run in turns, in steps of virtual
//! time, so that minutes pass in moments and a node can be stopped as by SIGSTOP: it does not run, and when it wakes its
//! clock has jumped. What a schedule does follows from its seed, but for the order in which the runtime picks branches
//! and hash tables are walked.
//!
//! Checked at each moment, with the invariant it breaks: see [`history::Violation`].
//!
//! With one of the features `bug-no-fence`, `bug-trust-cache`, `bug-unknown-is-failed` the same schedules must find the
//! expected kind of violation.
//!
//! `SIMULATION_SEEDS=1000` runs more of them, `SIMULATION_FIRST_SEED=17` begins elsewhere.
#![cfg(test)]

#[path = "simulation/database.rs"]
mod database;
#[path = "simulation/driver.rs"]
mod driver;
#[path = "simulation/history.rs"]
mod history;
#[path = "simulation/node.rs"]
mod node;
#[path = "simulation/requests.rs"]
mod requests;
#[path = "simulation/store.rs"]
mod store;
#[path = "simulation/world.rs"]
mod world;

use im_cluster::ReadMode;

use driver::{Report, run};
use history::Violation;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

fn seeds() -> std::ops::Range<u64> {
    let first = number("SIMULATION_FIRST_SEED", 1);
    first..first + number("SIMULATION_SEEDS", 10)
}

/// The first violation that the schedules find, if they do; what was done is printed.
fn first_violation(mode: ReadMode) -> Option<(u64, Violation)> {
    let mut total = Report::default();
    for seed in seeds() {
        let report = run(seed, mode);
        if let Some(violation) = report.violation {
            return Some((seed, violation));
        }
        total.add(&report);
    }
    println!("{mode:?}: {total}");
    assert!(
        total.acked > 100,
        "hardly anything was acknowledged: {total}"
    );
    assert!(total.reads > 100, "hardly anything was read: {total}");
    None
}

const MUTANT: bool = cfg!(any(
    feature = "bug-no-fence",
    feature = "bug-trust-cache",
    feature = "bug-unknown-is-failed"
));

#[test]
fn no_schedule_breaks_an_invariant() {
    if MUTANT {
        println!("skipped: this build breaks one on purpose");
        return;
    }
    for mode in [ReadMode::Cached, ReadMode::Validated] {
        if let Some((seed, violation)) = first_violation(mode) {
            panic!("seed {seed}, {mode:?}: {violation}");
        }
    }
}

#[test]
fn a_mutant_is_found_out() {
    let expected: fn(&Violation) -> bool = if cfg!(feature = "bug-no-fence") {
        |violation| {
            matches!(
                violation,
                Violation::LostUpdate(_) | Violation::SharedEpoch(_)
            )
        }
    } else if cfg!(feature = "bug-trust-cache") {
        |violation| matches!(violation, Violation::StaleRead(_))
    } else if cfg!(feature = "bug-unknown-is-failed") {
        |violation| matches!(violation, Violation::LandedLater(_))
    } else {
        println!("skipped: this build has no mutation");
        return;
    };
    let Some((seed, violation)) = first_violation(ReadMode::Cached) else {
        panic!("the schedules did not find the mutation");
    };
    println!("seed {seed}: {violation}");
    assert!(
        expected(&violation),
        "another kind was expected: {violation}"
    );
}
