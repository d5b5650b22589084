//! What holds where nobody says anything.

use im_config::{Database, Settings};

use crate::bench::Bench;

#[test]
fn without_a_file_both_apis_are_served_from_the_users_own_directory() {
    let bench = Bench::new();
    let loaded = bench.load();
    let settings = &loaded.settings;
    assert_eq!(loaded.file, None);
    assert_eq!(settings.rest.listen().to_string(), "0.0.0.0:8800");
    assert_eq!(settings.xmlrpc.listen().to_string(), "0.0.0.0:8899");
    assert!(settings.rest.active && settings.xmlrpc.active);
    assert_eq!(settings.log.file, None);
    let database = bench.directory.path().join(".local/share/im/inf.dat");
    assert_eq!(settings.basic.database, Database::Sqlite(database.clone()));
    let shown = loaded
        .effective
        .iter()
        .find(|option| option.name == "DATA_DB");
    assert_eq!(
        shown.unwrap().value,
        format!("sqlite://{}", database.display())
    );
    assert_eq!(loaded.warnings, []);
}

#[test]
fn the_data_directory_of_the_desktop_rules_wins_over_home() {
    let bench = Bench::new().variable("XDG_DATA_HOME", "/data");
    let database = bench.settings().basic.database;
    assert_eq!(database, Database::Sqlite("/data/im/inf.dat".into()));
    let bench = bench.variable("XDG_DATA_HOME", "relative");
    let database = bench.settings().basic.database;
    assert!(database.to_string().ends_with("/.local/share/im/inf.dat"));
}

#[test]
fn without_a_home_the_database_must_be_named() {
    let mut bench = Bench::new();
    bench.variables.clear();
    assert_eq!(
        bench.errors(),
        [
            "There is no configuration file, DATA_DB is not set, and neither XDG_DATA_HOME nor HOME is the path of a directory for the database; one of them was expected."
        ]
    );
    let bench = bench.variable("IM_DATA_DB", "sqlite:///x");
    assert_eq!(bench.settings().basic.database.to_string(), "sqlite:///x");
}

#[test]
fn with_a_file_the_documented_defaults_hold() {
    let settings = Bench::new().file("").settings();
    let mut documented = Settings::documented();
    documented.rest.ssl_ca_certs = settings.rest.ssl_ca_certs.clone();
    documented.xmlrpc.ssl_ca_certs = settings.xmlrpc.ssl_ca_certs.clone();
    documented.log.conf = settings.log.conf.clone();
    assert_eq!(settings, documented);
    assert!(!settings.rest.active && settings.xmlrpc.active);
    assert_eq!(
        settings.basic.database.to_string(),
        "sqlite:///etc/im/inf.dat"
    );
}

#[test]
fn private_networks_and_proxies_are_told_from_others() {
    let settings = Bench::new()
        .variable("IM_TRUSTED_PROXIES", "192.0.2.7, 2001:db8::/32")
        .settings();
    let address = |text: &str| text.parse().unwrap();
    assert!(settings.network.is_private(address("10.0.0.1")));
    assert!(settings.network.is_private(address("::ffff:172.31.0.1")));
    assert!(!settings.network.is_private(address("172.32.0.1")));
    assert!(settings.limits.is_trusted_proxy(address("192.0.2.7")));
    assert!(settings.limits.is_trusted_proxy(address("2001:db8::1")));
    assert!(!settings.limits.is_trusted_proxy(address("192.0.2.8")));
}
