//! What is declared, what is shown of it, and that the README says the same.
//!
//! To write the table of the README anew: `IM_CONFIG_WRITE_DOCUMENTS=1 cargo test -p im-telemetry --test metrics`.
#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use im_telemetry::metrics::{
    Api, InfrastructureMetrics, Metrics, RequestMetrics, RouteName, Tally, metrics_markdown,
};

const BEGIN: &str = "<!-- metrics:begin -->\n";
const END: &str = "<!-- metrics:end -->";

fn shown(metrics: &Metrics) -> String {
    let text = metrics.render().expect("a form");
    String::from_utf8(text).expect("UTF-8")
}

/// The lines that have this beginning.
fn lines<'a>(text: &'a str, beginning: &str) -> Vec<&'a str> {
    let begins = |line: &&str| line.starts_with(beginning);
    text.lines().filter(begins).collect()
}

/// The rows of the table: name, kind and labels.
fn declared() -> Vec<(String, String, Vec<String>)> {
    let text = metrics_markdown();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let plain = |cell: &str| cell.trim_matches(['|', ' ', '`']).to_owned();
        let labels = cells[2].split(", ").map(plain);
        (
            plain(cells[0]),
            plain(cells[1]),
            labels.filter(|label| !label.is_empty()).collect(),
        )
    })
    .collect()
}

#[test]
fn the_table_of_the_readme_agrees_with_the_code() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let is = std::fs::read_to_string(&path).expect("the README");
    let (before, rest) = is.split_once(BEGIN).expect("the README has the first mark");
    let (_, after) = rest
        .split_once(END)
        .expect("the README has the second mark");
    let should_be = format!("{before}{BEGIN}\n{}\n{END}{after}", metrics_markdown());
    if is == should_be {
        return;
    }
    let write = std::env::var_os("IM_CONFIG_WRITE_DOCUMENTS").is_some();
    assert!(
        write,
        "The table of metrics differs from what follows. Set IM_CONFIG_WRITE_DOCUMENTS=1 to write it.\n{}",
        metrics_markdown()
    );
    std::fs::write(path, should_be).expect("the README can be written");
}

#[test]
fn names_follow_the_conventions() {
    let declared = declared();
    assert!(declared.len() > 30, "{}", declared.len());
    let names: BTreeSet<&String> = declared.iter().map(|(name, ..)| name).collect();
    assert_eq!(names.len(), declared.len(), "two metrics have one name");
    for (name, kind, labels) in &declared {
        assert!(name.starts_with("im_"), "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name}");
        if kind == "histogram" {
            assert!(name.ends_with("_seconds"), "{name}");
        }
        for label in labels {
            let forbidden = ["id", "inf", "vm", "user", "path", "le", "quantile"];
            assert!(!forbidden.contains(&label.as_str()), "{name}: {label}");
        }
    }
}

#[test]
fn two_nodes_of_one_process_count_apart() {
    let (one, other) = (Metrics::new("1.2.3", []), Metrics::new("1.2.3", []));
    one.cluster.cache.hit();
    assert_eq!(
        lines(&shown(&one), "im_cache_hits_total "),
        ["im_cache_hits_total 1"]
    );
    assert_eq!(
        lines(&shown(&other), "im_cache_hits_total "),
        ["im_cache_hits_total 0"]
    );
    assert_eq!(
        lines(&shown(&one), "im_build_info"),
        [r#"im_build_info{version="1.2.3"} 1"#]
    );
}

#[test]
fn a_request_is_counted_once_by_what_became_of_it() {
    let metrics = Metrics::new("1", []);
    let requests: &RequestMetrics = &metrics.requests;
    let route = RouteName::default();
    let (rest, xmlrpc) = (requests.of(Api::Rest), requests.of(Api::XmlRpc));
    let answered = rest.begun("GET", route.clone());
    let cancelled = rest.begun("DELETE", RouteName::default());
    let strange = xmlrpc.begun("BREW-7f3a", RouteName::default());
    assert_eq!(
        lines(
            &shown(&metrics),
            r#"im_http_requests_in_flight{api="rest"}"#
        ),
        [r#"im_http_requests_in_flight{api="rest"} 2"#]
    );
    route.set("/infrastructures/{infId}");
    route.set("/another");
    answered.answered(404, Duration::from_millis(3));
    drop(cancelled);
    strange.answered(200, Duration::from_millis(3));
    let text = shown(&metrics);
    assert_eq!(
        lines(&text, "im_http_requests_total"),
        [
            r#"im_http_requests_total{api="rest",method="DELETE",route="unmatched",status="cancelled"} 1"#,
            r#"im_http_requests_total{api="rest",method="GET",route="/infrastructures/{infId}",status="404"} 1"#,
            r#"im_http_requests_total{api="xmlrpc",method="other",route="unmatched",status="200"} 1"#,
        ]
    );
    assert_eq!(
        lines(&text, "im_http_requests_in_flight"),
        [
            r#"im_http_requests_in_flight{api="rest"} 0"#,
            r#"im_http_requests_in_flight{api="xmlrpc"} 0"#,
        ]
    );
}

#[test]
fn machines_are_counted_by_known_types_of_cloud() {
    let metrics = Metrics::new("1", ["Dummy", "EC2"]);
    let counted: &InfrastructureMetrics = &metrics.cluster.infrastructures;
    let vms = [
        ("Dummy", "running"),
        ("EC2", "running"),
        ("Dummy", "running"),
        ("made-up-by-a-user-1", "running"),
        ("made-up-by-a-user-2", "running"),
    ];
    let before = counted.tally("pending", vms.into_iter());
    counted.changed(&Tally::default(), &before);
    let after = counted.tally("stopped", [("Dummy", "stopped")].into_iter());
    assert_eq!(
        lines(&shown(&metrics), "im_vms"),
        [
            r#"im_vms{connector="Dummy",state="running"} 2"#,
            r#"im_vms{connector="EC2",state="running"} 1"#,
            r#"im_vms{connector="other",state="running"} 2"#,
        ]
    );
    counted.changed(&before, &after);
    let text = shown(&metrics);
    let nothing = |line: &&&str| !line.ends_with(" 0");
    let vms = lines(&text, "im_vms");
    let vms: Vec<_> = vms.iter().filter(nothing).collect();
    assert_eq!(vms, [&r#"im_vms{connector="Dummy",state="stopped"} 1"#]);
    counted.changed(&after, &Tally::default());
    let text = shown(&metrics);
    for line in lines(&text, "im_vms")
        .into_iter()
        .chain(lines(&text, "im_infrastructures{"))
    {
        assert!(line.ends_with(" 0"), "{line}");
    }
}
