//! Rows of releases before 1.19.

use im_domain::stored::{self, Origin};
use im_domain::{InfId, Infrastructure, StoredError, VmId, VmState};
use serde_json::{Value, json};

fn id() -> InfId {
    "old".parse().unwrap()
}

fn read(value: &Value) -> Result<Infrastructure, StoredError> {
    stored::read(&id(), &value.to_string(), Origin::Reference)
}

#[test]
fn missing_fields_have_the_values_of_a_new_infrastructure() {
    let old = read(&json!({"vm_list": [{}], "vm_master": null, "auth": [], "radl": ""})).unwrap();
    let new = Infrastructure::new(id(), Vec::new(), 0);
    assert_eq!(old.creation_date, None);
    assert_eq!(old.configured, new.configured);
    assert_eq!(old.extra_info, new.extra_info);
    assert_eq!(old.radl, new.radl);
    let vm = &old.vms[0];
    assert_eq!((vm.id, vm.creation_id), (VmId(0), VmId(0)));
    assert_eq!(vm.state, VmState::Unknown);
    assert_eq!(vm.cloud.port, -1);
    assert_eq!(vm.configured, Some(false));
    assert_eq!(vm.last_update, 0, "the cloud is asked at the next chance");
}

#[test]
fn elements_may_be_texts_with_json_inside() {
    let vm = json!({"im_id": 0, "state": "running", "id": 17, "last_update": 12.75, "ctxt_pid": 99,
        "cloud": "{\"id\": \"one\", \"type\": \"OpenNebula\", \"region\": \"north\"}"});
    let owner = json!({"type": "InfrastructureManager", "username": "ann", "password": "pw"});
    let old = read(&json!({
        "vm_list": [vm.to_string()], "vm_master": 0, "auth": [owner.to_string()], "radl": null,
        "extra_info": "{\"TOSCA\": \"a: b\"}", "vm_id": 3, "system_counter": 0,
    }))
    .unwrap();
    let vm = &old.vms[0];
    assert_eq!(vm.cloud_vm_id.as_deref(), Some("17"));
    assert_eq!(vm.last_update, 12);
    assert_eq!(vm.ctxt_pid.as_deref(), Some("99"));
    assert_eq!(
        (vm.cloud.id.as_str(), vm.cloud.kind.as_str()),
        ("one", "OpenNebula")
    );
    assert_eq!(
        vm.cloud.extra["region"], "north",
        "what a cloud needs is kept"
    );
    assert_eq!(old.owners[0].identity().username, "ann");
    assert_eq!(old.extra_info["TOSCA"], "a: b");
    assert!(
        stored::write(&old).contains("\"vm_id\": 3, "),
        "a counter is kept"
    );
}

#[test]
fn unknown_keys_are_kept_as_data() {
    let odd = json!({"deep": [1, {"é": null}]});
    let old = read(&json!({
        "vm_list": [{"later_key": odd}], "vm_master": null, "radl": "", "another": odd,
        "auth": [{"username": "ann", "extra": odd}],
    }))
    .unwrap();
    let written: Value = serde_json::from_str(&stored::write(&old)).unwrap();
    assert_eq!(written["vm_list"][0]["later_key"], odd);
    assert_eq!(written["another"], odd);
    assert_eq!(written["auth"][0]["extra"], odd);
}

#[test]
fn what_the_reference_needs_must_be_there() {
    let whole = json!({"vm_list": [], "vm_master": null, "auth": null, "radl": null});
    assert!(read(&whole).is_ok());
    for key in ["vm_list", "vm_master", "auth", "radl"] {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(key);
        let error = read(&part).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("data: the key '{key}' is missing")
        );
    }
}

#[test]
fn a_row_with_the_text_of_another_infrastructure_is_refused() {
    let text = json!({"id": "other", "vm_list": [], "vm_master": null, "auth": [], "radl": ""});
    assert_eq!(read(&text).unwrap_err().path, "id");
}
