//! Documents of strangers: wrong types with their places, limits, no secret in an error, linear time.

use std::time::{Duration, Instant};

use im_domain::stored::{self, ImportLimits};
use im_domain::{Infrastructure, StoredError};
use serde_json::{Value, json};

const LIMITS: ImportLimits = ImportLimits {
    max_bytes: 8 << 20,
    max_vms: 10,
};

fn import(value: &Value) -> Result<Infrastructure, StoredError> {
    stored::import(&value.to_string(), &LIMITS)
}

fn whole() -> Value {
    json!({
        "id": "imported", "vm_list": [{"im_id": 0, "state": "running", "cloud": {"id": "dummy"}}],
        "vm_master": 0, "auth": [{"username": "ann", "password": "s3cr3t"}], "radl": "",
        "private_networks": {"lan": "dummy"}, "snapshots": ["image"],
    })
}

#[test]
fn wrong_types_are_refused_with_their_place() {
    let cases = [
        ("/id", json!(7), "id"),
        ("/id", json!("../etc"), "id"),
        ("/id", json!("a\nb"), "id"),
        ("/vm_list", json!({}), "vm_list"),
        ("/vm_list/0", json!(1), "vm_list[0]"),
        ("/vm_list/0", json!("[]"), "vm_list[0]"),
        ("/vm_list/0", json!("{"), "vm_list[0]"),
        ("/vm_list/0/im_id", json!(1), "vm_list[0].im_id"),
        ("/vm_list/0/im_id", json!(-1), "vm_list[0].im_id"),
        (
            "/vm_list/0/creation_im_id",
            json!("x"),
            "vm_list[0].creation_im_id",
        ),
        ("/vm_list/0/id", json!({}), "vm_list[0].id"),
        ("/vm_list/0/state", json!("happy"), "vm_list[0].state"),
        ("/vm_list/0/state", json!([]), "vm_list[0].state"),
        ("/vm_list/0/destroy", json!("yes"), "vm_list[0].destroy"),
        ("/vm_list/0/info", json!(3), "vm_list[0].info"),
        ("/vm_list/0/info", json!("system ( @@"), "vm_list[0].info"),
        ("/vm_list/0/cloud", json!([1]), "vm_list[0].cloud"),
        (
            "/vm_list/0/cloud/port",
            json!(70_000),
            "vm_list[0].cloud.port",
        ),
        (
            "/vm_list/0/cloud/server",
            json!({"a": 1}),
            "vm_list[0].cloud.server",
        ),
        (
            "/vm_list/0/ssh_connect_errors",
            json!(-5),
            "vm_list[0].ssh_connect_errors",
        ),
        (
            "/vm_list/0/creation_date",
            json!(1e300),
            "vm_list[0].creation_date",
        ),
        ("/auth", json!({"username": "ann"}), "auth"),
        ("/auth/0", json!({"password": "s3cr3t"}), "auth[0]"),
        ("/auth/0/username", json!(["ann"]), "auth[0]"),
        ("/radl", json!(["system a ()"]), "radl"),
        ("/radl", json!("system ( @@ s3cr3t"), "radl"),
        ("/vm_master", json!(1), "vm_master"),
        ("/vm_master", json!("0"), "vm_master"),
        ("/private_networks", json!([]), "private_networks"),
        ("/private_networks/lan", json!(1), "private_networks.lan"),
        ("/snapshots", json!("image"), "snapshots"),
        ("/snapshots/0", json!(1), "snapshots[0]"),
        ("/extra_info", json!(1), "extra_info"),
        ("/cont_out", json!([]), "cont_out"),
        ("/configured", json!("true"), "configured"),
        ("/deleted", json!(0), "deleted"),
        ("/system_counter", json!("a"), "system_counter"),
    ];
    for (pointer, value, path) in cases {
        let mut document = whole();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap() {
            Value::Object(map) => map.insert(key.to_owned(), value.clone()).is_some(),
            Value::Array(list) => {
                list[key.parse::<usize>().unwrap()] = value.clone();
                true
            }
            other => panic!("{other} has no {key}"),
        };
        let error = import(&document).expect_err(pointer);
        assert_eq!(error.path, path, "{pointer} = {value}: {error}");
        assert!(!error.to_string().contains("s3cr3t"), "{error}");
        assert!(error.reason.len() < 300, "{error}");
    }
}

#[test]
fn what_is_no_object_of_json_is_refused() {
    let deep = "[".repeat(1_000_000);
    let deeper = format!("{{\"vm_list\": {}", "{\"a\":".repeat(100_000));
    for text in [
        "",
        "zzz",
        "[]",
        "null",
        "{}",
        "\"{}\"",
        "{\"id\": \"\\ud800\"}",
        "{",
        &deep,
        &deeper,
    ] {
        let error = stored::import(text, &LIMITS).expect_err("a refusal");
        assert!(error.to_string().len() < 300, "{error}");
    }
}

#[test]
fn limits_are_named() {
    let small = ImportLimits {
        max_bytes: 10,
        max_vms: 10,
    };
    let error = stored::import(&whole().to_string(), &small).unwrap_err();
    assert!(error.reason.contains("at most 10 bytes"), "{error}");

    let mut many = whole();
    many["vm_list"] = Value::Array((0..11).map(|_| json!({})).collect());
    let error = import(&many).unwrap_err();
    assert_eq!(
        error.to_string(),
        "vm_list: at most 10 machines are allowed, and 11 found"
    );
}

#[test]
fn an_import_is_alive_and_at_rest() {
    let mut document = whole();
    document["deleted"] = json!(true);
    document["vm_list"][0]["creating"] = json!(true);
    document["vm_list"][0]["deleting"] = json!(true);
    document["vm_list"][0]["ctxt_pid"] = json!(1);
    let imported = import(&document).unwrap();
    assert_eq!(imported.id.as_str(), "imported");
    assert!(!imported.deleted);
    let vm = &imported.vms[0];
    assert!(!vm.creating && !vm.deleting && vm.ctxt_pid.is_none());
}

#[test]
fn an_import_without_id_gets_a_new_one() {
    let mut document = whole();
    document.as_object_mut().unwrap().remove("id");
    let first = import(&document).unwrap().id;
    assert_ne!(first, import(&document).unwrap().id);
}

/// Ten times the size may take some ten times the time, never a hundred times.
#[test]
fn time_is_linear_in_the_size() {
    let text = |machines: usize| {
        let mut document = whole();
        let keys: serde_json::Map<String, Value> =
            (0..50).map(|n| (format!("unknown{n}"), json!(n))).collect();
        document["vm_list"] = Value::Array((0..machines).map(|_| json!(keys)).collect());
        document.to_string()
    };
    let limits = ImportLimits {
        max_bytes: usize::MAX,
        max_vms: usize::MAX,
    };
    let measure = |text: &str| {
        let start = Instant::now();
        assert!(stored::import(text, &limits).is_ok());
        start.elapsed()
    };
    let (small, large) = (text(200), text(2_000));
    let best = |text: &str| (0..3).map(|_| measure(text)).min().unwrap();
    let (small, large) = (best(&small), best(&large));
    assert!(
        large < small * 50 + Duration::from_millis(50),
        "{small:?}, then {large:?}"
    );
}
