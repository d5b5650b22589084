//! The metrics, told to people: the table of the README.

use std::fmt::Write;

use super::declare::{Group, Spec};
use super::infrastructures::Population;
use super::{
    BuildMetrics, CacheMetrics, CloudMetrics, ForwardMetrics, LeaseMetrics, OperationMetrics,
    RedisMetrics, RequestMetrics, SessionMetrics, StoreMetrics,
};

/// All groups, in the order of the table.
fn groups() -> Vec<(&'static str, &'static [Spec])> {
    fn group<G: Group>() -> (&'static str, &'static [Spec]) {
        (G::TITLE, G::SPECS)
    }
    vec![
        group::<RequestMetrics>(),
        group::<Population>(),
        group::<OperationMetrics>(),
        group::<LeaseMetrics>(),
        group::<CacheMetrics>(),
        group::<SessionMetrics>(),
        group::<ForwardMetrics>(),
        group::<CloudMetrics>(),
        group::<StoreMetrics>(),
        group::<RedisMetrics>(),
        group::<BuildMetrics>(),
    ]
}

/// The table of metrics of the README.
pub fn metrics_markdown() -> String {
    let mut text = String::new();
    for (title, specs) in groups() {
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "\n#### {title}\n\n| Metric | Kind | Labels | Meaning |\n| --- | --- | --- | --- |\n"
        );
        for spec in specs {
            let labels: Vec<String> = spec
                .labels
                .iter()
                .map(|label| format!("`{label}`"))
                .collect();
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                spec.name,
                spec.kind,
                labels.join(", "),
                spec.help().replace('|', "\\|")
            );
        }
    }
    text.trim_start().to_owned()
}
