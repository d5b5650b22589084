//! Creating calls that are repeated under an `Idempotency-Key`: at another node, and after the death of the one that
//! served the first. The client gets the same infrastructure, and the cloud has made everything once.

use std::sync::PoisonError;

use im_test_support::{Answer, document, until};

use crate::cluster::ALONE;
use crate::crash::{Action, Bench, skipped};

/// A creating call under a key.
fn keyed(bench: &Bench, node: usize, path: &str, machines: usize, key: &str) -> Option<Answer> {
    let headers = [("Idempotency-Key", key)];
    bench.call_with(node, "POST", path, &document(machines), &headers)
}

/// What the answer to a creating call names: the infrastructure, or machines of it. The address before that is the node's.
#[track_caller]
fn named(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let parts = answer.body.split('"');
    let uris = parts.filter_map(|part| part.split_once("/infrastructures/"));
    uris.map(|(_, named)| named.to_owned()).collect()
}

/// Repeats a call at a node until the first is over, which somebody else may have to finish.
#[track_caller]
fn repeated(bench: &Bench, node: usize, path: &str, machines: usize, key: &str) -> Vec<String> {
    let mut last = None;
    until("the repeat is answered", || {
        last = keyed(bench, node, path, machines, key);
        last.as_ref()
            .is_some_and(|answer| !matches!(answer.status, 409 | 502..=504))
    });
    named(&last.expect("an answer"))
}

#[test]
fn a_repeat_at_another_node_gets_the_first_answer() {
    if skipped("a_repeat_at_another_node_gets_the_first_answer") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut bench = Bench::start("none");
    let first = keyed(&bench, 0, "/infrastructures", 2, "create").expect("an answer");
    let created = named(&first);
    let path = format!("/infrastructures/{}", created[0]);
    let added = named(&keyed(&bench, 0, &path, 3, "add").expect("an answer"));
    assert_eq!(added.len(), 3);
    for node in [1, 0, 1] {
        assert_eq!(
            repeated(&bench, node, "/infrastructures", 2, "create"),
            created
        );
        assert_eq!(repeated(&bench, node, &path, 3, "add"), added);
    }
    // The same key with another document is a mistake, wherever it comes to.
    for node in [0, 1] {
        let other = keyed(&bench, node, "/infrastructures", 5, "create").expect("an answer");
        assert_eq!(other.status, 422, "{}", other.body);
    }
    assert_eq!(bench.cloud.made(), 5);
    bench.settle();
    bench.check("repeats");
}

/// The first node dies at a point of a creating call; the second answers the repeats. What it names.
#[track_caller]
fn dies_at(bench: &mut Bench, point: &str, path: &str) -> Vec<String> {
    let key = format!("{path} {point}");
    bench.arm(0, point, &Action::Crash.once());
    let made = bench.cloud.made();
    let first = keyed(bench, 0, path, 2, &key);
    assert!(first.is_none(), "{key}: {first:?}");
    let second = repeated(bench, 1, path, 2, &key);
    bench.settle();
    bench.revive(&[]);
    for node in [0, 1] {
        assert_eq!(repeated(bench, node, path, 2, &key), second, "{key}");
    }
    assert_eq!(bench.cloud.made(), made + 2, "{key}");
    bench.check(&key);
    second
}

#[test]
fn a_repeat_after_the_death_of_the_first_node_finds_what_that_began() {
    if skipped("a_repeat_after_the_death_of_the_first_node_finds_what_that_began") {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut bench = Bench::start("none");
    let points = [
        "launch.after-intent-commit",
        "launch.after-call",
        "launch.after-confirm",
    ];
    for point in ["cluster.create.after"].iter().chain(&points) {
        let created = dies_at(&mut bench, point, "/infrastructures");
        assert_eq!(bench.infrastructures(), created, "{point}");
        bench.clear(point);
    }
    for point in &points {
        let key = format!("create {point}");
        let created = keyed(&bench, 0, "/infrastructures", 1, &key).expect("an answer");
        let path = format!("/infrastructures/{}", named(&created).remove(0));
        let added = dies_at(&mut bench, point, &path);
        assert_eq!(added.len(), 2, "{point}");
    }
}
