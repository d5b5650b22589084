//! The corpus: documents with what the reference makes of them, compared member by member.
//!
//! Cases written for the corpus are in `tests/conformance/tosca/own.jsonl`. The others quote documents of other
//! projects, and so do the types that most cases import; they are read from `../shared` beside the repository, and
//! skipped by name where that is absent.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may stop where it fails and say why"
)]

mod case;
mod compare;
mod deviations;
mod world;

use std::collections::BTreeMap;

use case::Case;
use compare::{Verdict, compare};

/// What was counted.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    /// For each member, how often it was as observed, how often it differed on purpose, and how often otherwise.
    members: BTreeMap<&'static str, (usize, usize, usize)>,
}

#[test]
fn corpus() {
    let only = std::env::var("TOSCA_CASE").unwrap_or_default();
    let mut tally = Tally::default();
    for file in ["own.jsonl", "cases.jsonl", "variants.jsonl", "merged.jsonl"] {
        let Some(text) = world::corpus(file) else {
            continue;
        };
        text.lines()
            .map(Case::read)
            .filter(|case| case.name.contains(&only))
            .for_each(|case| run(&case, &mut tally));
    }
    if !world::has_types() {
        let others = world::others();
        println!("skipped, since ../shared is absent:");
        others.iter().for_each(|name| println!("    {name}"));
        tally.skipped += others.len();
    }
    let Tally {
        passed,
        failed,
        skipped,
        members,
    } = tally;
    for (member, (same, wanted, differing)) in members {
        println!(
            "    {member}: {same} as observed, {wanted} listed deviations, {differing} differ"
        );
    }
    println!("tosca: {passed} passed, {failed} failed, {skipped} skipped");
    assert_eq!(failed, 0, "cases of the corpus failed");
}

fn run(case: &Case, tally: &mut Tally) {
    let imports = case
        .text("input")
        .is_some_and(|input| input.contains("raw.githubusercontent.com"));
    if imports && !world::has_types() {
        println!(
            "skipped, since the types it imports are absent: {}",
            case.name
        );
        tally.skipped += 1;
        return;
    }
    let mut failed = false;
    for (member, verdict) in compare(case) {
        let count = tally.members.entry(member).or_default();
        match verdict {
            Verdict::Same => count.0 += 1,
            Verdict::Differs(_) if deviations::is_wanted(&case.name, member) => count.1 += 1,
            Verdict::Differs(how) => {
                count.2 += 1;
                failed = true;
                println!("{} {member}: {how}", case.name);
            }
        }
    }
    tally.failed += usize::from(failed);
    tally.passed += usize::from(!failed);
}
