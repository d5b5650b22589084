//! The log file: its lines, its levels, and its rotation.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Node, NodeBuilder, document};

const LEVELS: [&str; 5] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/// How long lines may take to reach the file.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn lines_have_the_form_of_im_and_name_their_infrastructure() {
    let mut node = Node::start();
    let id = create(&node);
    let _state = node.rest("GET", &format!("/infrastructures/{id}/state"), "logger", "");
    let destroyed = node.rest("DELETE", &format!("/infrastructures/{id}"), "logger", "");
    assert_eq!(destroyed.status, 200, "{}", destroyed.body);
    assert!(node.terminate());
    let log = node.log();
    assert!(!log.is_empty());
    for line in log.lines() {
        assert!(is_in_form(line), "not in the form: {line}");
    }
    let about: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
    assert!(
        !about.is_empty(),
        "nothing was logged about the infrastructure"
    );
    let named = format!(" - Inf ID: {id}: ");
    assert!(
        log.contains(&named),
        "no line begins its message with the infrastructure"
    );
    for line in about {
        // A line may name the id in another role: the path of a request, say.
        assert!(
            line.contains("Inf ID: ") || line.contains("/infrastructures/"),
            "the infrastructure is not named: {line}"
        );
    }
}

#[test]
fn lines_of_json_name_their_infrastructure() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = NodeBuilder::new()
        .directory(directory.path())
        .option("LOG_FORMAT", "json")
        .start();
    let id = create(&node);
    assert!(node.terminate());
    let log = node.log();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(lines.iter().all(|line| {
        line["level"]
            .as_str()
            .is_some_and(|level| LEVELS.contains(&level))
    }));
    assert!(
        lines
            .iter()
            .all(|line| line["time"].is_string() && line["message"].is_string())
    );
    assert!(
        lines.iter().any(|line| line["inf.id"] == id.as_str()),
        "no line is about the infrastructure"
    );
}

#[test]
fn a_level_hides_what_is_below_it() {
    let mut node = NodeBuilder::new().option("LOG_LEVEL", "ERROR").start();
    let _id = create(&node);
    assert!(node.terminate());
    let hidden = [" - DEBUG - ", " - INFO - ", " - WARNING - "];
    let log = node.log();
    assert!(!hidden.iter().any(|level| log.contains(level)), "{log}");
}

#[test]
fn the_file_is_rotated_three_times_and_no_more() {
    const MAX_SIZE: u64 = 16 * 1024;
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = NodeBuilder::new()
        .directory(directory.path())
        .option("LOG_FILE_MAX_SIZE", MAX_SIZE)
        .start();
    let first_line = || {
        fs::read_to_string(file(directory.path(), 3))
            .ok()
            .and_then(|text| text.lines().next().map(str::to_owned))
    };
    let until = |done: &dyn Fn() -> bool| {
        let end = Instant::now() + PATIENCE;
        while !done() {
            assert!(Instant::now() < end, "the file was not rotated");
            let id = create(&node);
            let _destroyed = node.rest("DELETE", &format!("/infrastructures/{id}"), "logger", "");
        }
    };
    until(&|| file(directory.path(), 3).exists());
    let oldest = first_line();
    until(&|| first_line() != oldest);
    assert!(node.terminate());
    assert!(
        !file(directory.path(), 4).exists(),
        "more than three rotated files are kept"
    );
    for number in 0..=3 {
        let path = file(directory.path(), number);
        let size = fs::metadata(&path).expect("the file").len();
        assert!(size <= MAX_SIZE, "{} has {size} bytes", path.display());
        let text = fs::read_to_string(&path).expect("a text");
        assert!(
            text.lines().all(is_in_form),
            "{} has part of a line",
            path.display()
        );
    }
}

fn create(node: &Node) -> String {
    let answer = node.rest("POST", "/infrastructures", "logger", &document(1));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.rsplit('/').next().expect("an id").to_owned()
}

/// The log, or one of its rotated files.
fn file(directory: &Path, number: u32) -> std::path::PathBuf {
    directory.join(if number == 0 {
        "im.log".to_owned()
    } else {
        format!("im.log.{number}")
    })
}

/// `2026-11-22 17:00:00,123 - InfrastructureManager - INFO - message`
fn is_in_form(line: &str) -> bool {
    const DATE: &str = "0000-00-00 00:00:00,000";
    let mut parts = line.splitn(4, " - ");
    let (Some(date), Some(logger), Some(level), Some(_)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let is_date = date.len() == DATE.len()
        && date.chars().zip(DATE.chars()).all(|(found, form)| {
            if form == '0' {
                found.is_ascii_digit()
            } else {
                found == form
            }
        });
    is_date && !logger.is_empty() && LEVELS.contains(&level)
}
