//! What operators are given in `deploy/`, used as they use it: the image in a Docker engine, the unit of systemd, and the
//! compose file. Every part is the real one, from Debian packages; nothing is pulled from anywhere.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop where it fails and say why"
)]

mod base;
mod compose;
mod engine;
mod guide;
mod health;
mod image;
mod monitoring;
mod supervisor;
mod unit;
mod watched;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Runs a command to its end, which must be a good one: what it printed.
#[track_caller]
fn said(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{said}\n{complained}",
        output.status
    );
    said
}
