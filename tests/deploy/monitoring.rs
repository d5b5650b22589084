//! What Prometheus and Grafana are given: rules, by Prometheus' own checks and tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use im_test_support::missing;

use crate::{repository, said};

/// The files of rules, which are those of the Helm chart: it can only read what is in it.
fn rules() -> Vec<PathBuf> {
    let directory = repository("deploy/helm/im/files/rules");
    let entries = fs::read_dir(directory).expect("the directory of rules");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

/// The names of the alerts.
pub(crate) fn alerts() -> BTreeSet<String> {
    let texts = rules()
        .into_iter()
        .map(|file| fs::read_to_string(file).expect("rules"));
    texts
        .flat_map(|text| {
            text.lines()
                .filter_map(|line| line.trim().strip_prefix("- alert: ").map(str::to_owned))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn prometheus_takes_the_rules_and_they_do_what_their_tests_say() {
    if missing("prometheus_takes_the_rules", &["promtool"]) {
        return;
    }
    said(
        Command::new("promtool")
            .args(["check", "rules"])
            .args(rules()),
    );
    let directory = repository("deploy/monitoring/tests");
    let mut tested = String::new();
    for entry in fs::read_dir(directory).expect("the tests of the rules") {
        let file = entry.expect("an entry").path();
        said(Command::new("promtool").args(["test", "rules"]).arg(&file));
        tested.push_str(&fs::read_to_string(file).expect("tests"));
    }
    let alerts = alerts();
    assert!(alerts.len() > 10, "{alerts:?}");
    for alert in alerts {
        assert!(
            tested.contains(&format!("alertname: {alert}\n")),
            "{alert} never comes in a test"
        );
    }
}
