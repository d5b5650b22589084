//! Holds the drawing of the rooms against the code: which crate may know which, and how long files may be.
#![allow(clippy::expect_used)] // a test may fail by panic

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms a room may know. `im` knows all; a room that is not named here may not exist.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("im-util", &[]),
    ("im-radl", &["im-util"]),
    ("im-tosca", &["im-radl"]),
    ("im-tosca-fuzz", &["im-tosca"]),
    ("im-documents", &["im-tosca", "im-util"]),
    ("im-oaipmh", &["im-documents", "im-tosca", "im-util"]),
    ("im-config", &["im-util"]),
    ("im-telemetry", &["im-util"]),
    ("im-haproxy", &[]),
    ("im-domain", &["im-radl", "im-util"]),
    ("im-auth", &["im-domain", "im-util"]),
    ("im-store", &["im-domain", "im-telemetry", "im-util"]),
    (
        "im-cluster",
        &["im-store", "im-domain", "im-telemetry", "im-util"],
    ),
    (
        "im-operations",
        &["im-cluster", "im-domain", "im-store", "im-util"],
    ),
    (
        "im-connectors",
        &["im-auth", "im-domain", "im-radl", "im-telemetry", "im-util"],
    ),
    (
        "im-manager",
        &[
            "im-auth",
            "im-cluster",
            "im-connectors",
            "im-domain",
            "im-operations",
            "im-radl",
            "im-store",
            "im-tosca",
            "im-util",
        ],
    ),
    ("im-api-server", &["im-telemetry", "im-util"]),
    (
        "im-api-peer",
        &[
            "im-api-server",
            "im-cluster",
            "im-domain",
            "im-store",
            "im-telemetry",
            "im-util",
        ],
    ),
    (
        "im-api-rest",
        &[
            "im-api-server",
            "im-auth",
            "im-connectors",
            "im-domain",
            "im-manager",
            "im-oaipmh",
            "im-radl",
            "im-telemetry",
            "im-util",
        ],
    ),
    (
        "im-api-xmlrpc",
        &[
            "im-api-server",
            "im-auth",
            "im-connectors",
            "im-domain",
            "im-manager",
            "im-radl",
            "im-telemetry",
            "im-util",
        ],
    ),
];

/// The most lines of a file, and of a file of tests.
const LONGEST: usize = 800;
const LONGEST_TEST: usize = 1000;
/// Nine files of ten are shorter than this.
const NINETIETH: usize = 400;
/// Half of the files are shorter than this.
const MEDIAN: usize = 150;

#[test]
fn every_room_knows_only_the_rooms_below_it() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    let mut offences = Vec::new();
    for manifest in files(&project().join("src"), "Cargo.toml") {
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let (name, knows) = dependencies(&text);
        if name == "im" {
            continue;
        }
        let Some(allowed) = allowed.get(name.as_str()) else {
            offences.push(format!("{name} is not in the drawing"));
            continue;
        };
        for known in knows
            .iter()
            .filter(|known| !allowed.contains(&known.as_str()))
        {
            offences.push(format!("{name} must not know {known}"));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn a_connector_knows_no_other_connector() {
    let connectors = project().join("src/connectors/src");
    let clouds = ["dummy", "simulated"];
    let mut offences = Vec::new();
    for cloud in clouds {
        for file in files(&connectors.join(cloud), ".rs") {
            let text = fs::read_to_string(&file).expect("a source file");
            for other in clouds.iter().filter(|other| **other != cloud) {
                if text.contains(&format!("crate::{other}")) {
                    offences.push(format!("{} knows {other}", file.display()));
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let mut offences = Vec::new();
    for file in files(&project().join("src"), ".rs") {
        let room = file.strip_prefix(project().join("src")).expect("below src");
        if room.starts_with("config") || is_test(&file) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source file");
        if text.contains("env::var") {
            offences.push(format!("{} reads the environment", room.display()));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn files_are_short() {
    let mut lengths = Vec::new();
    let mut offences = Vec::new();
    for room in ["src", "tests", "loadtest"] {
        for file in files(&project().join(room), ".rs") {
            let lines = fs::read_to_string(&file)
                .expect("a source file")
                .lines()
                .count();
            let test = is_test(&file);
            if lines > if test { LONGEST_TEST } else { LONGEST } {
                offences.push(format!("{} has {lines} lines", file.display()));
            }
            if !test {
                lengths.push(lines);
            }
        }
    }
    lengths.sort_unstable();
    let at = |share: usize| lengths[lengths.len() * share / 100];
    assert!(offences.is_empty(), "{}", offences.join("\n"));
    assert!(
        at(90) <= NINETIETH,
        "the ninetieth percentile is {} lines",
        at(90)
    );
    assert!(at(50) <= MEDIAN, "the median is {} lines", at(50));
}

fn is_test(file: &Path) -> bool {
    let within = file.strip_prefix(project()).unwrap_or(file);
    within
        .components()
        .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "benches")
}

/// The name of a package and the packages of this workspace among its dependencies, less those of its tests.
fn dependencies(manifest: &str) -> (String, Vec<String>) {
    let (mut section, mut name, mut knows) = (String::new(), String::new(), Vec::new());
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').to_owned();
        } else if section == "package" && line.starts_with("name") {
            name = line.split('"').nth(1).unwrap_or_default().to_owned();
        } else if section == "dependencies" && line.starts_with("im-") {
            let known: String = line
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            knows.push(known);
        }
    }
    (name, knows)
}

/// All files below a directory whose names end so.
fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}

fn project() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the project's directory")
}
