//! What a line looks like, and what gets one.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it fails"
)]

use std::sync::Arc;
use std::time::Duration;

use im_telemetry::{Capture, LogFormat, LogLevel};
use im_util::{ManualClock, Secret};
use serde_json::{Value, json};
use tracing::{debug, error, info, info_span, trace, trace_span, warn};

/// 2026-11-22 17:00:00.123 UTC
fn clock() -> Arc<ManualClock> {
    let clock = ManualClock::at(1_795_366_800);
    clock.advance(Duration::from_millis(123));
    Arc::new(clock)
}

fn logged(level: LogLevel, format: LogFormat, happen: impl FnOnce()) -> String {
    let capture = Capture::new();
    tracing::subscriber::with_default(capture.subscriber(level, format, clock()), happen);
    capture.text()
}

fn text(happen: impl FnOnce()) -> String {
    logged(LogLevel::Debug, LogFormat::Text, happen)
}

#[test]
fn the_form_of_im() {
    let id = "a-b-c";
    assert_eq!(
        text(|| info!(target: "im_manager::create", { inf.id = id }, "Created.")),
        "2026-11-22 17:00:00,123 - InfrastructureManager - INFO - Inf ID: a-b-c: Created.\n"
    );
    assert_eq!(
        text(|| warn!(target: "im_connectors::dummy", "No {}.", "machine")),
        "2026-11-22 17:00:00,123 - CloudConnector - WARNING - No machine.\n"
    );
    assert_eq!(
        text(|| error!(target: "im_ssh", count = 3, user = "a b", "Failed.")),
        "2026-11-22 17:00:00,123 - ConfManager - ERROR - Failed. count=3 user=\"a b\"\n"
    );
}

#[test]
fn an_infrastructure_is_known_from_the_spans_around() {
    let lines = text(|| {
        let outer = info_span!(target: "im_manager", "request", inf.id = "one", request = 7);
        let _outer = outer.enter();
        info!(target: "im_manager", "A.");
        {
            let inner =
                trace_span!(target: "im_manager", "vm", inf.id = tracing::field::Empty, vm.id = 2);
            let _inner = inner.enter();
            info!(target: "im_manager", "B.");
            inner.record("inf.id", "two");
            info!(target: "im_manager", "C.");
            info!(target: "im_manager", { inf.id = %"three", vm.id = 3 }, "D.");
        }
    });
    let messages: Vec<_> = lines
        .lines()
        .filter_map(|line| line.split(" - INFO - ").nth(1))
        .collect();
    assert_eq!(
        messages,
        [
            "Inf ID: one: A. request=7",
            "Inf ID: one: B. vm.id=2 request=7",
            "Inf ID: two: C. vm.id=2 request=7",
            "Inf ID: three: D. vm.id=3 request=7",
        ]
    );
}

#[test]
fn json_lines() {
    let lines = logged(LogLevel::Info, LogFormat::Json, || {
        let span = info_span!(target: "im_manager", "s", inf.id = "one");
        let _span = span.enter();
        info!(target: "im_manager::create", n = 1, f = 0.5, b = true, s = "x\"y", "Created\nit.");
        info!(target: "im_manager::create", "Done.");
    });
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        lines[0],
        json!({
            "time": "2026-11-22T17:00:00.123Z", "level": "INFO", "logger": "InfrastructureManager",
            "target": "im_manager::create", "inf.id": "one", "message": "Created\\nit.",
            "fields": {"n": 1, "f": 0.5, "b": true, "s": "x\"y"},
        })
    );
    assert_eq!(lines[1].get("fields"), None);
    assert_eq!(lines.len(), 2);
}

#[test]
fn levels_have_the_names_of_the_option() {
    let all = || {
        trace!(target: "im_manager", "t");
        debug!(target: "im_manager", "d");
        info!(target: "im_manager", "i");
        warn!(target: "im_manager", "w");
        error!(target: "im_manager", "e");
        error!(target: "im_manager", critical = true, "c");
    };
    let table = [
        (
            LogLevel::Debug,
            "DEBUG - d|INFO - i|WARNING - w|ERROR - e|CRITICAL - c",
        ),
        (
            LogLevel::Info,
            "INFO - i|WARNING - w|ERROR - e|CRITICAL - c",
        ),
        (LogLevel::Warning, "WARNING - w|ERROR - e|CRITICAL - c"),
        (LogLevel::Error, "ERROR - e|CRITICAL - c"),
        (LogLevel::Critical, "CRITICAL - c"),
    ];
    for (level, expected) in table {
        let lines = logged(level, LogFormat::Text, all);
        let lines: Vec<_> = lines
            .lines()
            .filter_map(|line| line.split("Manager - ").nth(1))
            .collect();
        assert_eq!(lines.join("|"), expected, "{level:?}");
    }
}

#[test]
fn libraries_may_warn_and_no_more() {
    let lines = text(|| {
        debug!(target: "hyper::proto", "authorization: x");
        info!(target: "sqlx::query", "select");
        warn!(target: "sqlx::query", "slow");
        error!(target: "imaginary", "e");
    });
    let lines: Vec<_> = lines
        .lines()
        .filter_map(|line| line.split_once(" - "))
        .map(|(_, rest)| rest)
        .collect();
    assert_eq!(lines, ["sqlx - WARNING - slow", "imaginary - ERROR - e"]);
}

#[test]
fn nobody_can_forge_a_line() {
    let evil = "x\n2026-11-22 17:00:00,123 - InfrastructureManager - INFO - forged\r\n\u{1b}[2K\u{85}\u{2028}\u{202e}\0\u{7f}";
    for format in [LogFormat::Text, LogFormat::Json] {
        let lines = logged(LogLevel::Info, format, || {
            let span = info_span!(target: "im_manager", "s", inf.id = evil, who = %evil);
            let _span = span.enter();
            info!(target: "im_manager", user = evil, name = ?evil, "Hello {evil}");
        });
        assert_eq!(lines.matches('\n').count(), 1, "{lines:?}");
        let body = lines.trim_end_matches('\n');
        assert!(
            !body
                .chars()
                .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}')),
            "{lines:?}"
        );
    }
    assert!(text(|| info!(target: "im_manager", "a\tb\u{1b}")).ends_with("a\\tb\\u{1b}\n"));
}

#[test]
fn texts_are_bounded() {
    let long = "é".repeat(1_000_000);
    let line = text(|| info!(target: "im_manager", long = long.as_str(), "{long}"));
    assert!(line.len() < 40_000);
    assert!(
        line.ends_with("bytes more)\"\n"),
        "{}",
        &line[line.len() - 60..]
    );
}

#[test]
fn fields_named_like_secrets_are_hidden() {
    let secret = Secret::new("MARKED");
    for format in [LogFormat::Text, LogFormat::Json] {
        let lines = logged(LogLevel::Debug, format, || {
            let span = info_span!(target: "im_manager", "s", new_password = "MARKED", token = 5);
            let _span = span.enter();
            info!(target: "im_manager", password = "MARKED", private_key = %"MARKED", proxy = ?"MARKED", s = %secret, "{secret} {secret:?}");
        });
        assert!(!lines.contains("MARKED"), "{lines}");
        assert!(lines.contains("***"));
    }
}
