//! Clouds that do what they are asked and do not say so: what becomes of machines is found out afterwards.

use im_simulated_cloud::{Faults, Kind, Operation};
use im_test_support::{document, until};

use crate::crash::{Bench, Said, skipped};

/// How often a call is made before it is given up.
const ATTEMPTS: u64 = 4;

/// An infrastructure of three machines in a cloud that loses the answers to all calls that delete so many of them, and to one more.
fn deaf(bench: &Bench, machines: u64) -> String {
    let made = Said::of(bench.call(0, "POST", "/infrastructures", &document(3)));
    assert!(matches!(made, Said::Done(_)), "{made:?}");
    let faults =
        Faults::default().failing_next(Operation::Remove, Kind::Lost, machines * ATTEMPTS + 1);
    bench.cloud.set_faults(faults);
    format!("/infrastructures/{}", bench.infrastructures().remove(0))
}

#[test]
fn a_removal_whose_answers_are_lost_is_finished() {
    if skipped("a_removal_whose_answers_are_lost_is_finished") {
        return;
    }
    let mut bench = Bench::start("none");
    let path = deaf(&bench, 1);
    let answer = bench.call(0, "DELETE", &format!("{path}/vms/1"), "");
    let answer = answer.expect("an answer");
    // Nobody knows; that is not called failed.
    assert_eq!(answer.status, 504, "{}", answer.body);
    bench.settle();
    let inf = bench.infrastructures().remove(0);
    assert_eq!(bench.listed(&inf), Some(vec!["0".into(), "2".into()]));
    bench.check("after the removal");
    bench.clear("after the removal");
}

#[test]
fn a_destruction_whose_answers_are_lost_is_finished() {
    if skipped("a_destruction_whose_answers_are_lost_is_finished") {
        return;
    }
    let mut bench = Bench::start("none");
    let path = deaf(&bench, 3);
    let answer = bench.call(0, "DELETE", &path, "").expect("an answer");
    assert_eq!(answer.status, 504, "{}", answer.body);
    until("it is destroyed", || bench.infrastructures().is_empty());
    bench.settle();
    bench.check("after the destruction");
}
