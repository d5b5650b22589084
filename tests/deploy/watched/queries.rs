//! Questions to Prometheus, taken apart as far as it takes to see what they are about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::repository;

/// A question.
pub(super) struct Query {
    /// The panel or the rule.
    pub(super) title: String,
    text: String,
    legend: String,
}

/// Labels that come with every target, or with some: Prometheus puts them on, not who is asked.
const OF_TARGETS: [&str; 5] = ["namespace", "instance", "job", "node", "le"];

/// The questions of the dashboard.
pub(super) fn of_dashboard() -> Vec<Query> {
    let file = repository("deploy/monitoring/grafana/dashboards/im.json");
    let text = fs::read_to_string(file).expect("the dashboard");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let mut queries = Vec::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let part = |name: &str| target[name].as_str().expect("a text").to_owned();
            let title = panel["title"].as_str().expect("a title");
            queries.push(Query::new(title, &part("expr"), &part("legendFormat")));
        }
    }
    queries
}

/// The labels of each metric, from the table of the README; of a histogram, of its series.
pub(super) fn declared() -> BTreeMap<String, BTreeSet<String>> {
    let readme = fs::read_to_string(repository("README.md")).expect("the README");
    let mut declared = BTreeMap::new();
    for line in readme.lines().filter(|line| line.starts_with("| `im_")) {
        let cells: Vec<_> = line.split(" | ").collect();
        let name = cells[0].trim_matches(['|', ' ', '`']).to_owned();
        let words = cells[2]
            .split(',')
            .map(|word| word.trim_matches([' ', '`']).to_owned());
        let labels: BTreeSet<String> = words.filter(|word| !word.is_empty()).collect();
        if cells[1] == "histogram" {
            for part in ["bucket", "sum", "count"] {
                declared.insert(format!("{name}_{part}"), labels.clone());
            }
        }
        declared.insert(name, labels);
    }
    assert!(declared.len() > 20, "the README has a table of metrics");
    declared
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == ':'
}

// === impl Query ===

impl Query {
    pub(super) fn new(title: &str, text: &str, legend: &str) -> Self {
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            legend: legend.to_owned(),
        }
    }

    /// Whether it has the variables of the dashboard.
    pub(super) fn is_of_dashboard(&self) -> bool {
        self.text.contains('$')
    }

    /// With values instead of the variables of the dashboard.
    pub(super) fn plain(&self) -> String {
        self.text
            .replace("$__rate_interval", "1m")
            .replace("$namespace", ".*")
            .replace("$instance", ".*")
    }

    /// Whether it answers only what differs from a value, which may be nothing.
    pub(super) fn compares(&self) -> bool {
        self.text.contains("error!=") || self.text.contains("error=~")
    }

    /// The metrics that it asks for; those that rules record have colons.
    pub(super) fn metrics(&self) -> BTreeSet<String> {
        let bare = self.without_texts();
        let words = bare.split(|character| !is_word(character));
        let is_metric = |word: &&str| {
            ["im_", "haproxy_", "process_"].iter().any(|prefix| {
                word.starts_with(prefix)
                    || word
                        .split_once(':')
                        .is_some_and(|(_, rest)| rest.starts_with(prefix))
            })
        };
        words.filter(is_metric).map(str::to_owned).collect()
    }

    /// The labels that it chooses or groups by, without those of targets.
    pub(super) fn labels(&self) -> BTreeSet<String> {
        let bare = self.without_texts();
        let mut labels = BTreeSet::new();
        for (open, close) in [("{", '}'), ("by (", ')'), ("on (", ')')] {
            for part in bare.split(open).skip(1) {
                let inner = part.split(close).next().unwrap_or_default();
                labels.extend(inner.split(',').map(|label| {
                    label
                        .trim()
                        .trim_end_matches(['=', '~', '!'])
                        .trim()
                        .to_owned()
                }));
            }
        }
        labels.retain(|label| !label.is_empty() && !OF_TARGETS.contains(&label.as_str()));
        labels
    }

    /// The labels that its legend shows.
    pub(super) fn legend(&self) -> BTreeSet<String> {
        let parts = self.legend.split("{{").skip(1);
        parts
            .filter_map(|part| Some(part.split_once("}}")?.0.to_owned()))
            .collect()
    }

    /// Without what is between quotes.
    fn without_texts(&self) -> String {
        self.text.split('"').step_by(2).collect()
    }
}
