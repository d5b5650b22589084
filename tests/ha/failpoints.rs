//! Every failpoint with every action, in the middle of every change that leads there: afterwards the work has ended by
//! itself, the cloud has exactly what is listed, nothing was made twice, and what was acknowledged is so.
//!
//! `IM_CRASH_CASES` is how many cases are tried, drawn by `IM_CRASH_SEED`, or `all`; `IM_CRASH_ONLY` chooses those
//! whose names hold a text. `IM_CRASH_IDEMPOTENCY` is `token` or `none`: whether the cloud recognises repeated launches.

use std::collections::BTreeSet;
use std::env;
use std::process::Command;
use std::thread;

use im_simulated_cloud::Faults;
use im_test_support::until;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::crash::{Bench, Case, Driver, Said, Verb, cases, nodes, skipped};

/// How many cases are tried if nobody says otherwise.
const CASES: usize = 16;

#[test]
fn wherever_a_node_fails_the_work_is_finished_once() {
    if skipped("wherever_a_node_fails_the_work_is_finished_once") {
        return;
    }
    let chosen = chosen();
    let idempotency = env::var("IM_CRASH_IDEMPOTENCY").unwrap_or_else(|_| "token".to_owned());
    let mut bench = Bench::start(&idempotency);
    let mut passed = BTreeSet::new();
    let mut missed = BTreeSet::new();
    for (number, case) in chosen.iter().enumerate() {
        let name = case.name();
        println!("{} of {}: {name}", number + 1, chosen.len());
        let points = if run(&mut bench, case) {
            &mut passed
        } else {
            &mut missed
        };
        points.insert(case.point.clone());
    }
    let never: Vec<_> = missed.difference(&passed).collect();
    println!(
        "failpoints: {} cases, {} points passed, not passed: {never:?}",
        chosen.len(),
        passed.len()
    );
    assert!(
        never.is_empty() || chosen.len() <= CASES,
        "nothing led to these points: {never:?}"
    );
}

fn chosen() -> Vec<Case> {
    let variable = |name| env::var(name).unwrap_or_default();
    let only = variable("IM_CRASH_ONLY");
    let mut all = cases();
    all.retain(|case| case.name().contains(&only) && case.driver.nodes() <= nodes());
    let seed = variable("IM_CRASH_SEED").parse().unwrap_or(1);
    let wanted = match variable("IM_CRASH_CASES").as_str() {
        "all" => return all,
        "" if !only.is_empty() => return all,
        number => number.parse().unwrap_or(CASES),
    };
    println!("failpoints: {wanted} of {} cases, seed {seed}", all.len());
    all.shuffle(&mut StdRng::seed_from_u64(seed));
    all.truncate(wanted);
    all
}

/// Runs a case; answers whether the point was passed.
fn run(bench: &mut Bench, case: &Case) -> bool {
    let name = case.name();
    let point = case.point.as_str();
    let once = case.action.once();
    let lethal = "1*return(abort)";
    let at = match case.driver {
        Driver::Forwarder(_) | Driver::Heir(_) => 1,
        _ => 0,
    };
    let verb = match case.driver {
        Driver::Owner(verb)
        | Driver::Forwarder(verb)
        | Driver::Served(verb)
        | Driver::Unknown(verb)
        | Driver::Heir(verb) => verb,
        Driver::Drain => Verb::Create,
        Driver::Wanted | Driver::Offered => Verb::Add,
    };
    let inf = verb.prepare(bench);
    let inf = inf.as_deref();
    // Calls take their time, so that what goes on beside them comes between.
    bench.cloud.set_faults(Faults {
        latency_ms: (20, 120),
        ..Faults::default()
    });
    let before = bench.passed(at, point);
    bench.arm(at, point, &once);
    let said = match case.driver {
        Driver::Owner(_) => verb.ask(bench, 0, inf),
        Driver::Forwarder(_) | Driver::Served(_) => verb.ask(bench, 1, inf),
        Driver::Unknown(_) => {
            bench.arm(0, "cluster.commit.after", "1*return(error)");
            verb.ask(bench, 0, inf)
        }
        Driver::Heir(_) => {
            let deadly = match verb {
                Verb::Remove | Verb::Destroy => "delete.after-call",
                _ => "launch.after-call",
            };
            bench.arm(0, deadly, lethal);
            verb.ask(bench, 0, inf)
        }
        Driver::Drain => drain(bench),
        Driver::Wanted => {
            bench.redis.ask("FLUSHALL");
            verb.ask(bench, 1, inf)
        }
        Driver::Offered => {
            for _ in 0..12 {
                let path = format!("/infrastructures/{}", inf.unwrap_or_default());
                let _answered_or_not = bench.call(1, "GET", &path, "");
            }
            verb.ask(bench, 1, inf)
        }
    };
    bench.settle();
    let hit = bench.passed(at, point) > before;
    bench.revive(&[point, "cluster.commit.after"]);
    bench.settle();
    bench.check(&name);
    verb.check(bench, &name, inf, &said);
    bench.clear(&name);
    hit
}

/// The first node is told to end while it serves a creation, and comes again.
fn drain(bench: &mut Bench) -> Said {
    let _idle = Verb::Add.prepare(bench);
    let pid = bench.nodes[0].process().pid().to_string();
    let before = bench.cloud.made();
    let said = thread::scope(|scope| {
        let bench = &*bench;
        let creating = scope.spawn(|| Verb::Create.ask(bench, 0, None));
        until("machines are being made", || bench.cloud.made() > before);
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.expect("kill runs").success());
        creating.join().expect("the client")
    });
    until("the node has ended", || bench.is_dead(0));
    said
}
