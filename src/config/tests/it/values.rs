//! The forms of values.

use std::time::Duration;

use im_config::{AdminGroup, BootMode, CpuArchitecture, Database, LogFormat, MemoryUnit};

use crate::bench::Bench;

#[test]
fn truth_values_are_those_of_python() {
    for (text, truth) in [
        ("yes", true),
        ("TRUE", true),
        ("On", true),
        ("1", true),
        ("No", false),
        ("false", false),
        ("OFF", false),
        ("0", false),
    ] {
        let settings = Bench::new().im(&format!("ENABLE_CORS = {text}")).settings();
        assert_eq!(settings.rest.enable_cors, truth, "{text}");
    }
}

#[test]
fn words_numbers_and_times_are_typed() {
    let settings = Bench::new()
        .im("BOOT_MODE = 2\nDEFAULT_VM_MEMORY = 2\nDEFAULT_VM_MEMORY_UNIT = g\nDEFAULT_VM_CPU_ARCH = I386\nLOG_FORMAT = JSON\nVM_INFO_UPDATE_FREQUENCY = 0.25\nINF_CACHE_TIME = 3600\nMAX_CONNECTIONS = 0\nMAX_CONNECTIONS_PER_ADDRESS = 0\n[Dummy]\nDUMMY_LATENCY_MS = 50\nDUMMY_FAIL_RATE = 0.5")
        .settings();
    assert_eq!(settings.basic.boot_mode, BootMode::ReadDelete);
    assert_eq!(settings.vm_defaults.memory.get(), 2);
    assert_eq!(settings.vm_defaults.memory_unit, MemoryUnit::Giga);
    assert_eq!(settings.vm_defaults.cpu_arch, CpuArchitecture::I386);
    assert_eq!(settings.vm_defaults.cpu_arch.as_str(), "i386");
    assert_eq!(settings.log.format, LogFormat::Json);
    assert_eq!(
        settings.launch.vm_info_update_frequency,
        Duration::from_millis(250)
    );
    assert_eq!(settings.ha.inf_cache_time, Some(Duration::from_secs(3600)));
    assert_eq!(settings.limits.max_connections, None);
    assert_eq!(settings.dummy.latency, Duration::from_millis(50));
    assert!((settings.dummy.fail_rate - 0.5).abs() < f64::EPSILON);
}

#[test]
fn times_that_make_no_sense_are_refused() {
    for text in ["0", "-1", "1e3", "inf", "NaN", "1.2.3", ".", "99999999999"] {
        let bench = Bench::new().im(&format!("INF_CACHE_TIME = {text}"));
        assert_eq!(bench.errors().len(), 1, "{text}");
    }
    assert_eq!(
        Bench::new()
            .im("INF_CACHE_TIME =")
            .settings()
            .ha
            .inf_cache_time,
        None
    );
}

#[test]
fn lists_are_separated_by_commas() {
    let settings = Bench::new()
        .im("OIDC_ISSUERS = https://a/, https://b\nOIDC_GROUPS = one two,three\nOIDC_SCOPES = openid email,profile\nOIDC_CLIENT_ID = i\nOIDC_CLIENT_SECRET = s\nCORS_ORIGIN = http://ui.example.org")
        .settings();
    assert_eq!(settings.oidc.issuers, ["https://a/", "https://b"]);
    assert_eq!(settings.oidc.groups, ["one two", "three"]);
    assert_eq!(settings.oidc.scopes, ["openid", "email", "profile"]);
    assert_eq!(settings.rest.cors_origin, ["http://ui.example.org"]);
    assert_eq!(
        Bench::new().im("OIDC_ISSUERS = https://a,ftp://b").errors(),
        [
            "im.cfg, line 2: OIDC_ISSUERS is 'https://a,ftp://b', but a list of URLs, each beginning with https:// or http://, separated by commas was expected ('ftp://b' is not one)."
        ]
    );
}

#[test]
fn databases_are_of_three_kinds() {
    let database = |url: &str| {
        let bench = Bench::new().variable("IM_DATA_DB", url);
        bench.settings().basic.database
    };
    assert_eq!(
        database("sqlite:///etc/im/inf.dat"),
        Database::Sqlite("/etc/im/inf.dat".into())
    );
    let Database::Mysql(server) = database("mysql://im:p@ss/w@db.example:3306/im?a=b") else {
        panic!("not MySQL");
    };
    assert_eq!(server.address, "db.example:3306");
    assert_eq!(server.database, "im");
    assert_eq!(
        server.url.expose(),
        "mysql://im:p@ss/w@db.example:3306/im?a=b"
    );
    let Database::Mongo(server) = database("mongodb://one,two/im?replicaSet=rs") else {
        panic!("not MongoDB");
    };
    assert_eq!((&*server.address, &*server.database), ("one,two", "im"));
}

#[test]
fn administrators_are_one_object_or_a_list() {
    let admins = |json: &str| {
        let bench = Bench::new().variable("IM_ADMIN_USER", json);
        let admins = bench.settings().basic.admins;
        admins
            .iter()
            .map(|admin| format!("{}:{}", admin.username, admin.password.expose()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        admins(r#"{"username": "admin", "password": "adminpass"}"#),
        ["admin:adminpass"]
    );
    assert_eq!(
        admins(
            r#"[{"username": "a", "password": "b"}, {"username": "c", "password": "d", "token": ""}]"#
        ),
        ["a:b", "c:d"]
    );
    assert!(admins(r#"{"username": "", "password": ""}"#).is_empty());
    assert!(admins("").is_empty());
}

#[test]
fn groups_of_administrators_name_their_issuer() {
    let settings = Bench::new()
        .im("OIDC_ISSUERS = https://issuer\nOIDC_ADMIN_GROUPS = [{\"issuer\": \"https://issuer/\", \"group\": \"ops\"}]")
        .load();
    assert_eq!(settings.warnings, []);
    assert_eq!(
        settings.settings.oidc.admin_groups,
        [AdminGroup {
            issuer: "https://issuer/".into(),
            group: "ops".into()
        }]
    );
}

#[test]
fn a_blank_text_may_mean_the_default() {
    let settings = Bench::new()
        .im("VAULT_PATH =\nVAULT_ROLE =\nVAULT_URL =")
        .settings();
    assert_eq!(settings.vault.path, "vault_entity_id");
    assert_eq!(settings.vault.role, None);
    assert_eq!(settings.vault.url, None);
}
