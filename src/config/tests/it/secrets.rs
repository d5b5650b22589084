//! Secrets come from files too, and are never shown.

use crate::bench::Bench;

const MARK: &str = "hunter2";

#[test]
fn a_file_may_hold_a_secret() {
    let bench = Bench::new();
    let password = bench.write("password", "s3cret\n");
    let admins = bench.write("admins", r#"[{"username": "a", "password": "b"}]"#);
    let bench = bench
        .variable(
            "IM_OIDC_CLIENT_SECRET_FILE",
            &password.display().to_string(),
        )
        .variable("IM_ADMIN_USER_FILE", &admins.display().to_string());
    let settings = bench.settings();
    assert_eq!(settings.oidc.client_secret.unwrap().expose(), "s3cret");
    assert_eq!(settings.basic.admins[0].username, "a");
}

#[test]
fn only_secrets_may_be_in_a_file() {
    let bench = Bench::new();
    let port = bench.write("port", "1");
    let bench = bench.variable("IM_REST_PORT_FILE", &port.display().to_string());
    assert_eq!(bench.settings().rest.port, 8800);
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let bench = Bench::new();
    let missing = bench.directory.path().join("missing");
    let bench = bench.variable("IM_DATA_DB_FILE", &missing.display().to_string());
    let errors = bench.errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].starts_with("The file missing cannot be read ("));
    assert!(
        errors[0].ends_with("); it was expected to hold DATA_DB, since IM_DATA_DB_FILE names it.")
    );
}

#[test]
fn a_secret_given_twice_is_an_error() {
    let bench = Bench::new()
        .variable("IM_DATA_DB", "sqlite:///x")
        .variable("IM_DATA_DB_FILE", "/dev/null");
    assert_eq!(
        bench.errors(),
        [
            "The environment variables IM_DATA_DB and IM_DATA_DB_FILE are both set, but only one of them was expected."
        ]
    );
}

#[test]
fn bad_secrets_are_not_shown() {
    for (option, value) in [
        ("DATA_DB", "hunter2"),
        ("DATA_DB", "hunter2://u:hunter2@h/d"),
        ("DATA_DB", "mysql://u:hunter2@"),
        ("DATA_DB", "mysql://u:hunter2@h"),
        ("DATA_DB", "mysql://u:hunter2@/d"),
        ("DATA_DB", "mysql://u:hun ter2hunter2@h/d"),
        ("ADMIN_USER", "hunter2"),
        ("ADMIN_USER", "\"hunter2\""),
        ("ADMIN_USER", r#"["hunter2"]"#),
        ("ADMIN_USER", r#"{"hunter2": 1}"#),
        ("ADMIN_USER", r#"{"username": 1, "password": "hunter2"}"#),
        ("ADMIN_USER", r#"{"username": "", "password": "hunter2"}"#),
        ("ADMIN_USER", r#"{"username": "a", "password": "hunter2"}]"#),
    ] {
        let bench = Bench::new().im(&format!("{option} = {value}"));
        let errors = bench.errors();
        assert_eq!(errors.len(), 1, "{option} = {value}: {errors:#?}");
        assert!(errors[0].starts_with(&format!(
            "im.cfg, line 2: {option} is set to a value that is not shown here, but "
        )));
        assert!(!errors[0].contains(MARK), "{}", errors[0]);
        let debug = format!("{:?}", bench.result());
        assert!(!debug.contains(MARK), "{debug}");
    }
}

#[test]
fn good_secrets_are_not_shown_either() {
    let bench = Bench::new().im(
        "DATA_DB = mysql://u:hunter2@h/d\nADMIN_USER = {\"username\": \"a\", \"password\": \"hunter2\"}\nOIDC_CLIENT_SECRET = hunter2\nOIDC_CLIENT_ID = id\nUNKNOWN_ONE = hunter2",
    );
    let loaded = bench.load();
    let shown = format!(
        "{loaded:?} {} {:?}",
        loaded.settings.basic.database,
        bench.warnings()
    );
    assert!(!shown.contains(MARK), "{shown}");
    let value = |name: &str| {
        let mut effective = loaded.effective.iter();
        effective
            .find(|option| option.name == name)
            .unwrap()
            .value
            .clone()
    };
    assert_eq!(value("DATA_DB"), "mysql://***@h/d");
    assert_eq!(value("OIDC_CLIENT_SECRET"), "***");
    assert_eq!(
        value("ADMIN_USER"),
        r#"[{"username":"a","password":"***"}]"#
    );
}
