//! Lines reach the file, whole and in order, and the file does not outgrow its limit.
#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;

use im_telemetry::{LogFormat, LogLevel, LogOptions, LogSettings, start};
use im_util::SystemClock;
use tracing::{Dispatch, dispatcher, info};

fn settings(path: &Path, max_size: u64) -> LogSettings {
    LogOptions {
        level: LogLevel::Info,
        file: Some(path.to_owned()),
        max_size,
        format: LogFormat::Text,
    }
    .into()
}

/// Logs what happens and ends the log.
fn log(settings: &LogSettings, happen: impl FnOnce(&Dispatch)) {
    let (subscriber, guard) = start(settings, Arc::new(SystemClock::new())).expect("started");
    happen(&Dispatch::new(subscriber));
    drop(guard);
}

fn numbers(dispatch: &Dispatch, count: usize) {
    dispatcher::with_default(dispatch, || {
        for number in 0..count {
            info!(target: "im_manager", "number {number}");
        }
    });
}

fn rotated(path: &Path, number: u32) -> PathBuf {
    PathBuf::from(format!("{}.{number}", path.display()))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a log file")
}

/// The numbers of the lines of a text, each of which must be whole.
fn logged_numbers(text: &str) -> Vec<usize> {
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines()
        .map(|line| {
            let (_, number) = line
                .split_once(" - InfrastructureManager - INFO - number ")
                .expect(line);
            number.parse().expect(line)
        })
        .collect()
}

#[test]
fn nothing_is_lost_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/on/the/way/im.log");
    log(&settings(&path, 1 << 30), |dispatch| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let dispatch = dispatch.clone();
                thread::spawn(move || numbers(&dispatch, 1_000))
            })
            .collect();
        for thread in threads {
            thread.join().expect("a thread that logs");
        }
    });
    let mut numbers = logged_numbers(&read(&path));
    numbers.sort_unstable();
    let expected: Vec<usize> = (0..1_000).flat_map(|number| [number; 8]).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn three_rotated_files_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("im.log");
    // Twice, so that an existing file is continued.
    for _ in 0..2 {
        log(&settings(&path, 2_000), |dispatch| numbers(dispatch, 100));
    }
    let mut all = Vec::new();
    for number in (1..=3).rev() {
        let text = read(&rotated(&path, number));
        assert!(text.len() <= 2_000 && text.len() > 1_800, "{}", text.len());
        all.extend(logged_numbers(&text));
    }
    assert!(read(&path).len() <= 2_000);
    all.extend(logged_numbers(&read(&path)));
    assert!(!rotated(&path, 4).exists());
    let expected: Vec<usize> = (0..100).chain(0..100).collect();
    assert!(expected.ends_with(&all), "{all:?}");
}

#[test]
fn a_line_longer_than_the_limit_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("im.log");
    log(&settings(&path, 10), |dispatch| numbers(dispatch, 3));
    assert_eq!(logged_numbers(&read(&path)), [2]);
    assert_eq!(logged_numbers(&read(&rotated(&path, 1))), [1]);
    assert_eq!(logged_numbers(&read(&rotated(&path, 2))), [0]);
}

#[test]
fn others_may_rotate_the_file_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("im.log");
    let moved = folder.path().join("moved.log");
    let (subscriber, guard) =
        start(&settings(&path, 1 << 20), Arc::new(SystemClock::new())).expect("started");
    fs::rename(&path, &moved).expect("moved");
    numbers(&Dispatch::new(subscriber), 2);
    drop(guard);
    assert_eq!(read(&moved), "");
    assert_eq!(logged_numbers(&read(&path)), [0, 1]);
}

#[test]
fn the_files_are_opened_again_when_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("later/im.log");
    // A file in the way of the folder: the log goes to standard error.
    fs::write(folder.path().join("later"), "").expect("written");
    let (subscriber, guard) =
        start(&settings(&path, 1 << 20), Arc::new(SystemClock::new())).expect("started");
    let dispatch = Dispatch::new(subscriber);
    numbers(&dispatch, 1);
    fs::remove_file(folder.path().join("later")).expect("removed");
    guard.control().reopen();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !path.exists() {
        assert!(std::time::Instant::now() < end, "it is not opened");
        thread::yield_now();
    }
    numbers(&dispatch, 2);
    drop(guard);
    // The line of before may have waited for the file.
    assert!(logged_numbers(&read(&path)).ends_with(&[0, 1]));
}

/// What the next test runs as a process of its own: the service's log with a file that cannot be opened.
#[test]
fn child_with_an_impossible_file() {
    if let Some(path) = std::env::var_os("IM_TELEMETRY_TEST_FILE") {
        log(&settings(Path::new(&path), 1_000), |dispatch| {
            numbers(dispatch, 2);
        });
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_told_and_replaced_by_standard_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").expect("written");
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "child_with_an_impossible_file", "--nocapture"])
        .env("IM_TELEMETRY_TEST_FILE", in_the_way.join("im.log"))
        .output()
        .expect("a process of its own");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("im.log cannot be opened: "), "{stderr}");
    assert!(stderr.contains("INFO - number 0\n"), "{stderr}");
    assert!(stderr.contains("INFO - number 1\n"), "{stderr}");
}
