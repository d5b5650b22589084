//! What an infrastructure says itself of its open operations and intents.
//!
//! It stands among the keys of the stored form that release 1.19 does not know and leaves alone, and only while there is
//! something to say. Since it is part of the working copy of a slot, it is always as new as the changes that are being
//! made, and goes back with them if they are not committed.

use im_domain::{Infrastructure, OperationId, Vm};
use im_store::OperationKind;
use serde_json::{Map, Value};

const OPERATIONS: &str = "operations";
const INTENTS: &str = "intents";

/// The open operations.
pub(crate) fn operations(infrastructure: &Infrastructure) -> Vec<(OperationId, &str)> {
    let listed = infrastructure.unknown.get(OPERATIONS);
    let listed = listed.and_then(Value::as_object);
    listed
        .into_iter()
        .flatten()
        .filter_map(|(id, kind)| Some((id.parse().ok()?, kind.as_str()?)))
        .collect()
}

pub(crate) fn add_operation(
    infrastructure: &mut Infrastructure,
    id: OperationId,
    kind: OperationKind,
) {
    let listed = infrastructure
        .unknown
        .entry(OPERATIONS)
        .or_insert_with(|| Value::Object(Map::new()));
    if !listed.is_object() {
        *listed = Value::Object(Map::new());
    }
    if let Value::Object(listed) = listed {
        listed.insert(id.to_string(), kind.as_str().into());
    }
}

/// Answers whether it was listed.
pub(crate) fn remove_operation(infrastructure: &mut Infrastructure, id: OperationId) -> bool {
    let listed = infrastructure.unknown.get_mut(OPERATIONS);
    let Some(listed) = listed.and_then(Value::as_object_mut) else {
        return false;
    };
    let removed = listed.shift_remove(&id.to_string()).is_some();
    if listed.is_empty() {
        infrastructure.unknown.shift_remove(OPERATIONS);
    }
    removed
}

/// The numbers of the open intents of a machine.
pub(crate) fn intents(vm: &Vm) -> Vec<u64> {
    let listed = vm.unknown.get(INTENTS).and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect()
}

pub(crate) fn set_intents(vm: &mut Vm, intents: Vec<u64>) {
    if intents.is_empty() {
        vm.unknown.shift_remove(INTENTS);
    } else {
        let intents = intents.into_iter().map(Value::from).collect();
        vm.unknown.insert(INTENTS.to_owned(), Value::Array(intents));
    }
}

/// Forgets all: the infrastructure came from elsewhere, and nothing of it is in this journal.
pub(crate) fn forget(infrastructure: &mut Infrastructure) {
    infrastructure.unknown.shift_remove(OPERATIONS);
    for vm in &mut infrastructure.vms {
        if vm.unknown.contains_key(INTENTS) {
            let vm = std::sync::Arc::make_mut(vm);
            vm.unknown.shift_remove(INTENTS);
        }
    }
}
