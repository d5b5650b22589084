//! `LOGGING_CONF`: which file describes the log, and how it is read.

use std::path::Path;

use im_config::{OtherFile, Warning};

use crate::bench::Bench;

#[test]
fn the_documented_file_holds_only_where_it_exists() {
    assert_eq!(Bench::new().settings().log.conf, None);
    let bench = Bench::new().im("LOG_LEVEL = DEBUG");
    if !Path::new("/etc/im/logging.conf").exists() {
        assert_eq!(bench.settings().log.conf, None);
        assert_eq!(bench.load().warnings, []);
    }
    assert_eq!(Bench::new().im("LOGGING_CONF =").settings().log.conf, None);
    // Whoever sets it means it.
    let bench = Bench::new().im("LOGGING_CONF = /nowhere");
    assert_eq!(bench.settings().log.conf, Some("/nowhere".into()));
}

#[test]
fn options_that_are_not_used_beside_it_are_named() {
    let bench = Bench::new().im("LOGGING_CONF = /x/logging.conf\nLOG_LEVEL = DEBUG\nLOG_FILE = /y");
    let loaded = bench.load();
    let [Warning::Suspicious(warning)] = &loaded.warnings[..] else {
        panic!("{:?}", loaded.warnings);
    };
    assert_eq!(
        warning,
        "/x/logging.conf describes the whole log (LOGGING_CONF), so that these options are not used: LOG_LEVEL, LOG_FILE."
    );
}

#[test]
fn the_socket_is_beside_the_database_unless_it_is_named() {
    let of = |lines: &str| Bench::new().im(lines).settings().control_socket();
    assert_eq!(
        of("DATA_DB = sqlite:///var/lib/im/inf.dat"),
        Some("/var/lib/im/inf.dat.sock".into())
    );
    assert_eq!(of("DATA_DB = mysql://u:p@h/d"), None);
    assert_eq!(
        of("DATA_DB = mysql://u:p@h/d\nCONTROL_SOCKET = /run/im.sock"),
        Some("/run/im.sock".into())
    );
}

#[test]
fn other_files_in_the_format_are_read_with_their_lines() {
    let text = "[DEFAULT]\ndir = /var/log\n[a]\nArgs = ('%(dir)s/x',\n  3)\nformat: %(message)s\n\n[b]\ndir = /tmp\n[a]\nmore = 1\n";
    let file = OtherFile::parse(Path::new("logging.conf"), text).expect("right");
    let names: Vec<_> = file
        .sections
        .iter()
        .map(|section| (section.name.as_str(), section.line))
        .collect();
    assert_eq!(names, [("a", 3), ("b", 8)]);
    let options: Vec<_> = file.sections[0]
        .options
        .iter()
        .map(|option| {
            (
                option.name.as_str(),
                option.line,
                option.raw.as_str(),
                option.value.clone().ok(),
            )
        })
        .collect();
    assert_eq!(
        options,
        [
            (
                "args",
                4,
                "('%(dir)s/x',\n3)",
                Some("('/var/log/x',\n3)".to_owned())
            ),
            ("format", 6, "%(message)s", None),
            ("more", 11, "1", Some("1".to_owned())),
            ("dir", 2, "/var/log", Some("/var/log".to_owned())),
        ]
    );
    let errors = OtherFile::parse(Path::new("logging.conf"), "[a]\nx\n").expect_err("wrong");
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "logging.conf, line 2: a comment, a section such as [im] or an option such as NAME = value was expected."
        ]
    );
}
