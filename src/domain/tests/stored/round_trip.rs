//! Whatever is written is read as it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use im_domain::stored::{self, Origin};
use im_domain::{CloudInfo, InfId, Infrastructure, Owner, Vm, VmId, VmState};
use im_radl::Radl;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const STATES: [VmState; 9] = [
    VmState::Pending,
    VmState::Running,
    VmState::Configured,
    VmState::Unconfigured,
    VmState::Stopped,
    VmState::Off,
    VmState::Failed,
    VmState::Unknown,
    VmState::Deleting,
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(".{0,6}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// Further keys, which no known key begins with.
fn further() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("x_.{0,6}", value(), 0..3).prop_map(|map| map.into_iter().collect())
}

fn owner() -> impl Strategy<Value = Owner> {
    (".{0,10}", option::of(".{0,10}"), further()).prop_map(|(name, password, further)| {
        let mut fields = Map::new();
        fields.insert("type".into(), json!("InfrastructureManager"));
        fields.insert("username".into(), name.into());
        if let Some(password) = password {
            fields.insert("password".into(), password.into());
        }
        fields.extend(further);
        Owner::from_fields(fields).unwrap()
    })
}

fn document() -> impl Strategy<Value = Arc<Radl>> {
    "[a-z]{1,8}".prop_map(|name| {
        let recipe = format!("configure {name} (\n@begin\n---\n- tasks: []\n@end\n)\n");
        let text = format!("{recipe}system {name} (\ncpu.count >= 1 and\ndisk.0.os.name = 'l\u{ed}nux'\n)\n\ndeploy {name} 2\n");
        Arc::new(Radl::parse(&text).unwrap())
    })
}

fn cloud() -> impl Strategy<Value = CloudInfo> {
    (vec(".{0,8}", 5), -1_i64..65_536, further()).prop_map(|(texts, port, extra)| {
        let mut cloud = CloudInfo::new(texts[0].clone(), texts[1].clone());
        cloud.server.clone_from(&texts[2]);
        cloud.protocol.clone_from(&texts[3]);
        cloud.path.clone_from(&texts[4]);
        cloud.port = port;
        cloud.extra = extra;
        cloud
    })
}

fn vm() -> impl Strategy<Value = Vm> {
    (
        (
            option::of(".{0,10}"),
            0..STATES.len(),
            any::<(bool, bool, bool)>(),
            any::<i32>(),
        ),
        (cloud(), document(), document(), ".{0,20}", any::<bool>()),
        (
            option::of("[0-9]{1,5}"),
            any::<u32>(),
            option::of(".{0,10}"),
            any::<Option<i32>>(),
            further(),
        ),
    )
        .prop_map(|(a, b, c)| Vm {
            id: VmId(0),
            creation_id: VmId(0),
            cloud_vm_id: a.0,
            state: STATES[a.1],
            destroyed: a.2.0,
            deleting: a.2.1,
            creating: a.2.2,
            last_update: a.3.into(),
            cloud: b.0,
            info: b.1,
            requested: b.2,
            cont_out: b.3,
            configured: Some(b.4),
            ctxt_pid: c.0,
            ssh_connect_errors: c.1,
            error_msg: c.2,
            creation_date: c.3.map(i64::from),
            unknown: c.4,
        })
}

fn infrastructure() -> impl Strategy<Value = Infrastructure> {
    (
        (
            "[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,20}",
            vec(owner(), 0..3),
            document(),
            vec(vm(), 0..4),
        ),
        (
            btree_map(".{0,6}", ".{0,6}", 0..3),
            any::<bool>(),
            any::<bool>(),
            ".{0,20}",
        ),
        (
            any::<Option<bool>>(),
            any::<Option<bool>>(),
            further(),
            vec(".{0,9}", 0..3),
        ),
        (any::<Option<i32>>(), further()),
    )
        .prop_map(|(a, b, c, d)| {
            let id: InfId = a.0.parse().unwrap();
            let vms: Vec<Arc<Vm>> =
                a.3.into_iter()
                    .enumerate()
                    .map(|(position, mut vm)| {
                        vm.id = VmId(u32::try_from(position).unwrap());
                        Arc::new(vm)
                    })
                    .collect();
            let mut unknown = d.1;
            unknown.insert("cloud_connector".into(), Value::Null);
            Infrastructure {
                id,
                owners: a.1,
                radl: a.2,
                vm_master: (b.2 && !vms.is_empty()).then_some(VmId(0)),
                vms,
                private_networks: BTreeMap::from_iter(b.0),
                deleted: b.1,
                cont_out: b.3,
                ansible_configured: c.0,
                configured: c.1,
                extra_info: c.2,
                snapshots: c.3,
                creation_date: d.0.map(i64::from),
                unknown,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_undoes_writing(infrastructure in infrastructure()) {
        let text = stored::write(&infrastructure);
        prop_assert!(text.is_ascii());
        let again = stored::read(&infrastructure.id, &text, Origin::Own);
        prop_assert_eq!(again, Ok(infrastructure));
    }

    #[test]
    fn no_text_makes_a_panic(text in ".{0,200}") {
        let limits = stored::ImportLimits { max_bytes: 1000, max_vms: 5 };
        let _ = stored::import(&text, &limits);
        let _ = stored::read_owners(&text);
    }

    #[test]
    fn no_change_of_a_value_makes_a_panic(infrastructure in infrastructure(), other in value(), at in any::<prop::sample::Index>()) {
        let mut document: Value = serde_json::from_str(&stored::write(&infrastructure)).unwrap();
        let keys: Vec<String> = document.as_object().unwrap().keys().cloned().collect();
        document[at.get(&keys)] = other;
        let limits = stored::ImportLimits { max_bytes: usize::MAX, max_vms: 5 };
        if let Ok(imported) = stored::import(&document.to_string(), &limits) {
            prop_assert!(stored::read(&imported.id, &stored::write(&imported), Origin::Own).is_ok());
        }
    }
}
