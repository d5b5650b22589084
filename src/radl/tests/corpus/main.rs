//! The corpus: documents with what the reference makes of them, compared member by member.
//!
//! Cases written for the corpus are in `tests/conformance/radl/own.jsonl`. The others quote documents of other
//! projects; they are read from `../shared` beside the repository, and skipped where that is absent.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may stop where it fails and say why"
)]

mod case;
mod compare;
mod deviations;
mod value;

use std::path::{Path, PathBuf};

use case::Case;

#[test]
fn corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let own = case::read(&root.join("tests/conformance/radl/own.jsonl"))
        .expect("the corpus is in the repository");
    let shared = root.join("../shared/conformance/radl/cases.jsonl");
    let others = case::read(&shared);
    let skipped = if others.is_none() {
        skip(&root, &shared)
    } else {
        0
    };
    let others = others
        .unwrap_or_default()
        .into_iter()
        .filter(|case| case.source != "own");

    let cases: Vec<Case> = own.into_iter().chain(others).collect();
    let mut failed = 0;
    for case in &cases {
        let differences: Vec<String> = compare::differences(case);
        if !differences.is_empty() {
            failed += 1;
            println!("{}: {}", case.name, differences.join("\n    "));
        }
    }
    println!(
        "radl: {} passed, {failed} failed, {skipped} skipped",
        cases.len() - failed
    );
    assert_eq!(failed, 0, "cases of the corpus failed");
}

/// Says by name which cases cannot be read, and returns how many.
fn skip(root: &Path, shared: &Path) -> usize {
    let names: PathBuf = root.join("tests/conformance/radl/others.txt");
    let names = std::fs::read_to_string(names).expect("the names are in the repository");
    println!("skipped, since {} is absent:", shared.display());
    names.lines().inspect(|name| println!("    {name}")).count()
}
