//! The environment wins over the file, and the first file that exists is read.

use std::path::PathBuf;

use im_config::{Database, Origin};

use crate::bench::Bench;

#[test]
fn a_variable_wins_over_the_file() {
    let bench = Bench::new()
        .im("REST_PORT = 1\nDATA_DB = sqlite:///a")
        .variable("IM_REST_PORT", "2")
        .variable("IM_DATA_DB", "sqlite:///b");
    let loaded = bench.load();
    assert_eq!(loaded.settings.rest.port, 2);
    assert_eq!(
        loaded.settings.basic.database,
        Database::Sqlite(PathBuf::from("/b"))
    );
    let origin = |name: &str| {
        let mut effective = loaded.effective.iter();
        effective
            .find(|option| option.name == name)
            .unwrap()
            .origin
            .clone()
    };
    assert_eq!(origin("REST_PORT"), Origin::Variable("IM_REST_PORT".into()));
    assert_eq!(origin("REST_ADDRESS"), Origin::Default);
}

#[test]
fn options_of_other_sections_have_a_long_name_and_a_short_one() {
    let bench = Bench::new()
        .variable("IM_TEMPLATE_CONTEXT", "short")
        .variable("IM_TEMPLATE_OTHER", "short")
        .variable("IM_OPENNEBULA_TEMPLATE_OTHER", "long")
        .variable("IM_DUMMY_CAPACITY", "3");
    let settings = bench.settings();
    assert_eq!(settings.opennebula.template_context, "short");
    assert_eq!(settings.opennebula.template_other, "long");
    assert_eq!(
        settings.dummy.capacity.map(std::num::NonZeroU32::get),
        Some(3)
    );
}

#[test]
fn a_blank_variable_is_a_blank_value() {
    let bench = Bench::new()
        .im("USER_DB = /users.json")
        .variable("IM_USER_DB", "");
    assert_eq!(bench.settings().basic.user_db, None);
    let bench = Bench::new().variable("IM_REST_PORT", "");
    assert_eq!(
        bench.errors(),
        [
            "Environment variable IM_REST_PORT: REST_PORT is '', but a port number from 0 to 65535 (0 takes a free one) was expected."
        ]
    );
}

#[test]
fn addresses_of_kubernetes_services_are_not_ports() {
    let bench = Bench::new().variable("IM_REST_PORT", "tcp://10.0.0.1:8800");
    assert_eq!(bench.settings().rest.port, 8800);
    assert_eq!(
        bench.warnings(),
        [
            "The environment variable IM_REST_PORT has the form that Kubernetes gives to the address of a service; it is ignored."
        ]
    );
}

#[test]
fn variables_that_are_nearly_right_are_warned_about() {
    let bench = Bench::new()
        .variable("IM_DATA_BD", "x")
        .variable("IM_PORT_8800_TCP_PROTO", "tcp")
        .variable("REST_PROT", "1");
    assert_eq!(
        bench.warnings(),
        [
            "Environment variable IM_DATA_BD: unknown option IM_DATA_BD is ignored. The nearest known name is IM_DATA_DB."
        ]
    );
}

#[test]
fn the_named_file_comes_before_those_that_are_looked_for() {
    let mut bench = Bench::new();
    let machine = bench.write("machine/im.cfg", "[im]\nREST_PORT = 1\n");
    assert_eq!(bench.load().file, Some(machine));
    assert_eq!(bench.settings().rest.port, 1);
    assert!(!bench.settings().rest.active);

    let beside = bench.write("program/etc/im.cfg", "[im]\nREST_PORT = 2\n");
    let program = bench.directory.path().join("program");
    bench = bench.variable("IM_PATH", &program.display().to_string());
    assert_eq!(bench.load().file, Some(beside));
    assert_eq!(bench.settings().rest.port, 2);

    bench = bench.im("REST_PORT = 3");
    assert_eq!(bench.settings().rest.port, 3);
}

#[test]
fn a_named_file_must_exist_and_be_text() {
    let mut bench = Bench::new();
    bench.options.file = Some(bench.directory.path().join("missing.cfg"));
    let errors = bench.errors();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("The file missing.cfg cannot be read ("));
    assert!(errors[0].ends_with("); it was expected to be the configuration, as UTF-8 text."));

    let path = bench.directory.path().join("latin1.cfg");
    std::fs::write(&path, b"[im]\nDEFAULT_DOMAIN = \xe9\n").unwrap();
    bench.options.file = Some(path);
    assert!(bench.errors()[0].starts_with("The file latin1.cfg cannot be read ("));
}
