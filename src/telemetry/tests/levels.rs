//! Levels that are changed while the process runs.
#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::path::Path;
use std::sync::Arc;

use im_telemetry::{
    FileSettings, HandlerSettings, HandlerTarget, LevelChange, LevelError, LevelOf, LineForm,
    LogControl, LogFormat, LogLevel, LogOptions, LogSettings, LoggerSettings, start,
};
use im_util::SystemClock;
use tracing::{Dispatch, debug, dispatcher, info, warn};

fn change(name: Option<&str>, level: LogLevel) -> LevelChange {
    LevelChange {
        reset: false,
        set: vec![LevelOf {
            name: name.map(ToOwned::to_owned),
            level,
        }],
    }
}

/// As in the file of IM: the three loggers beside the root, and a handler that has a level too.
fn as_im(path: &Path) -> LogSettings {
    let logger = |name: &str, level| LoggerSettings {
        name: name.to_owned(),
        level: Some(level),
        handlers: vec!["file".to_owned()],
        propagate: false,
    };
    LogSettings {
        loggers: vec![
            logger("root", LogLevel::Error),
            logger("InfrastructureManager", LogLevel::Info),
            logger("CloudConnector", LogLevel::Info),
        ],
        handlers: vec![HandlerSettings {
            name: "file".to_owned(),
            level: Some(LogLevel::Info),
            form: LineForm::from(LogFormat::Text),
            target: HandlerTarget::File(FileSettings {
                path: path.to_owned(),
                max_size: 0,
                kept: 0,
                truncate: false,
            }),
        }],
        hostname: String::new(),
    }
}

/// The places in the code are the same each time, so what `tracing` remembers of them must be forgotten.
fn happen() {
    debug!(target: "im_manager", "manager");
    debug!(target: "im_connectors", "clouds");
    info!(target: "im_cluster::leases", "leases");
    warn!(target: "sqlx", "library");
}

/// What is logged after each of these changes.
fn logged(settings: &LogSettings, path: &Path, changes: &[&dyn Fn(&LogControl)]) -> Vec<String> {
    let (subscriber, guard) = start(settings, Arc::new(SystemClock::new())).expect("started");
    let dispatch = Dispatch::new(subscriber);
    let control = guard.control();
    dispatcher::with_default(&dispatch, || {
        for change in changes {
            change(&control);
            happen();
            warn!(target: "im", "|");
        }
    });
    drop(guard);
    let text = std::fs::read_to_string(path).expect("a log");
    let words: Vec<&str> = text
        .lines()
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    words
        .join(" ")
        .split('|')
        .map(|part| part.trim().to_owned())
        .collect()
}

#[test]
fn log_level_is_the_level_of_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("im.log");
    let settings = LogSettings::from(LogOptions {
        file: Some(path.clone()),
        ..LogOptions::default()
    });
    let set = |name: Option<&'static str>, level| {
        move |control: &LogControl| {
            control.change(&change(name, level)).expect("changed");
        }
    };
    let reset = |control: &LogControl| {
        let change = LevelChange {
            reset: true,
            set: Vec::new(),
        };
        control.change(&change).expect("changed");
    };
    let words = logged(
        &settings,
        &path,
        &[
            &|_: &LogControl| {},
            &set(None, LogLevel::Debug),
            &set(None, LogLevel::Warning),
            &set(Some("CloudConnector"), LogLevel::Debug),
            &set(Some("im_cluster"), LogLevel::Info),
            &set(Some("sqlx"), LogLevel::Debug),
            &reset,
        ],
    );
    assert_eq!(
        words,
        [
            "leases library",
            "manager clouds leases library",
            "library",
            "clouds library",
            "clouds leases library",
            "clouds leases library",
            "leases library",
            "",
        ]
    );
}

#[test]
fn the_levels_of_a_file_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("im.log");
    let words = logged(
        &as_im(&path),
        &path,
        &[
            &|_| {},
            &|control| {
                let report = control
                    .change(&change(None, LogLevel::Debug))
                    .expect("changed");
                let levels: Vec<_> = report
                    .loggers
                    .iter()
                    .map(|logger| (logger.name.as_str(), logger.level))
                    .collect();
                assert_eq!(
                    levels,
                    [
                        ("InfrastructureManager", Some(LogLevel::Debug)),
                        ("CloudConnector", Some(LogLevel::Debug)),
                        ("root", Some(LogLevel::Error)),
                    ]
                );
            },
            &|control| {
                control
                    .change(&change(Some("handler_file"), LogLevel::Debug))
                    .expect("changed");
            },
        ],
    );
    assert_eq!(words, ["leases", "leases", "manager clouds leases", ""]);
}

#[test]
fn a_change_that_is_wrong_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("im.log");
    let (_subscriber, guard) = start(&as_im(&path), Arc::new(SystemClock::new())).expect("started");
    let control = guard.control();
    let before = control.change(&LevelChange::default()).expect("a report");
    let mut wrong = change(None, LogLevel::Debug);
    wrong
        .set
        .extend(change(Some("handler_fil"), LogLevel::Debug).set);
    let error = control.change(&wrong).expect_err("no such handler");
    assert_eq!(
        error.to_string(),
        "There is no handler 'fil'; one of these was expected: file."
    );
    for name in ["", "a b", "a\nb", &"x".repeat(101)] {
        let error = control.change(&change(Some(name), LogLevel::Debug));
        assert_eq!(error, Err(LevelError::NoLogger(name.to_owned())));
    }
    assert_eq!(control.change(&LevelChange::default()), Ok(before));
}
