//! The log of the process.
#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::sync::Arc;

use im_telemetry::{InitError, LogFormat, LogOptions, LogSettings, init};
use im_util::SystemClock;

#[test]
fn there_is_one_log_and_it_ends_with_its_guard() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("im.log");
    let settings: LogSettings = LogOptions {
        file: Some(path.clone()),
        format: LogFormat::Json,
        ..LogOptions::default()
    }
    .into();
    let guard = init(&settings, None, Arc::new(SystemClock::new())).expect("the first");
    tracing::info!(target: "im_manager", { inf.id = "x" }, "Started.");
    assert!(matches!(
        init(&settings, None, Arc::new(SystemClock::new())),
        Err(InitError::Twice)
    ));
    drop(guard);
    tracing::info!(target: "im_manager", "This goes to standard error.");
    let text = std::fs::read_to_string(&path).expect("a log file");
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(line.get("inf.id"), Some(&"x".into()));
}
