//! How the states of machines add up.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;

use im_domain::VmState::{
    Configured, Deleting, Failed, Off, Pending, Running, Stopped, Unconfigured, Unknown,
};
use im_domain::stored::{self, Origin};
use im_domain::{InfId, Infrastructure, VmState};
use serde_json::{Value, json};

fn infrastructure(states: &[VmState]) -> Infrastructure {
    let id: InfId = "inf".parse().unwrap();
    let machines: Vec<_> = states
        .iter()
        .map(|state| json!({"state": state.as_str()}))
        .collect();
    let data = json!({"vm_list": machines, "vm_master": null, "auth": [], "radl": ""});
    stored::read(&id, &data.to_string(), Origin::Own).unwrap()
}

#[test]
fn the_first_that_matters_decides() {
    let table: &[(&[VmState], VmState)] = &[
        (&[Configured], Configured),
        (&[Configured, Configured], Configured),
        (&[Pending, Failed], Failed),
        (&[Unknown, Failed], Unknown),
        (&[Failed, Unknown], Failed),
        (&[Configured, Stopped, Unknown], Unknown),
        (&[Running, Pending, Configured], Pending),
        (&[Pending, Running], Pending),
        (&[Configured, Running, Stopped], Running),
        (&[Stopped, Running], Running),
        (&[Stopped, Configured], Stopped),
        (&[Configured, Stopped], Configured),
        (&[Off, Stopped], Off),
        (&[Stopped, Off], Stopped),
        (&[Configured, Unconfigured], Unconfigured),
        (&[Unconfigured, Configured], Unconfigured),
        (&[Stopped, Unconfigured], Stopped),
        (&[Off, Unconfigured], Off),
        (&[Unconfigured, Stopped], Unconfigured),
        (&[Configured, Stopped, Unconfigured], Unconfigured),
        (&[Deleting, Configured], Deleting),
        (&[Configured, Deleting], Configured),
        (&[Deleting, Pending], Pending),
    ];
    for (states, whole) in table {
        assert_eq!(infrastructure(states).state(), *whole, "{states:?}");
    }
}

#[test]
fn the_order_matters_only_among_the_weak() {
    let all = [
        Pending,
        Running,
        Configured,
        Unconfigured,
        Stopped,
        Off,
        Failed,
        Unknown,
        Deleting,
    ];
    for first in all {
        for second in all {
            let (one, other) = (
                infrastructure(&[first, second]).state(),
                infrastructure(&[second, first]).state(),
            );
            let strong = [Pending, Running];
            if strong.contains(&first) || strong.contains(&second) {
                assert_eq!(one, other, "{first} {second}");
            }
            assert!([first, second].contains(&one), "{first} {second}: {one}");
        }
    }
}

#[test]
fn removed_machines_do_not_count() {
    let mut whole = infrastructure(&[Failed, Configured]);
    Arc::make_mut(&mut whole.vms[0]).destroyed = true;
    assert_eq!(whole.state(), Configured);
    Arc::make_mut(&mut whole.vms[1]).destroyed = true;
    assert_eq!(whole.state(), Unknown, "all were removed");
}

#[test]
fn without_machines_it_depends_on_whether_any_may_come() {
    let mut none = infrastructure(&[]);
    assert_eq!(none.state(), Pending, "they are being created");
    none.configured = Some(false);
    assert_eq!(
        none.state(),
        Failed,
        "none was asked for, or none could be had"
    );
}

/// Every state that the scenarios show, with the states of the machines beside it.
#[test]
fn the_scenarios_agree() {
    fn pairs(value: &Value, found: &mut Vec<(Vec<VmState>, VmState)>) {
        match value {
            Value::Object(map) => {
                if let (Some(Value::String(whole)), Some(Value::Object(vms))) =
                    (map.get("state"), map.get("vm_states"))
                {
                    let states = vms
                        .values()
                        .filter_map(|state| VmState::from_word(state.as_str()?))
                        .collect();
                    found.extend(VmState::from_word(whole).map(|whole| (states, whole)));
                }
                map.values().for_each(|value| pairs(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| pairs(value, found)),
            _ => {}
        }
    }
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/rest");
    let mut found = Vec::new();
    for entry in scenarios.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let scenario = std::fs::read_to_string(&path).unwrap();
            pairs(&serde_json::from_str(&scenario).unwrap(), &mut found);
        }
    }
    assert!(found.len() > 50, "{} states found", found.len());
    for (states, whole) in found {
        // Without machines it depends on what went before.
        if !states.is_empty() {
            assert_eq!(infrastructure(&states).state(), whole, "{states:?}");
        }
    }
}
