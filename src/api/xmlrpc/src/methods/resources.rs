//! What an infrastructure consists of: add machines, remove them, configure them again.

use dxr::Value;
use im_domain::VmId;

use super::{Method, method, nothing};
use crate::answer::{Answer, Refusal};
use crate::call::{Call, whole_number_or_text};

pub(super) const METHODS: &[Method] = &[
    method!(add as "AddResource"("inf_id", "radl", "auth")["context"]),
    method!(remove as "RemoveResource"("inf_id", "vm_list", "auth")["context"]),
    method!(reconfigure as "Reconfigure"("inf_id", "radl", "auth")["vm_list"]),
];

async fn add(mut call: Call) -> Answer {
    let credentials = call.credentials(2)?;
    let id = call.inf(0)?;
    let document = call.document(1)?;
    let context = call.flag(3, true)?;
    let added = call
        .manager
        .add(&credentials, &id, document, context)
        .await?;
    let number = |vm: VmId| crate::json::from_json(vm.0.into());
    Ok(Value::Array(added.vms.into_iter().map(number).collect()))
}

async fn remove(mut call: Call) -> Answer {
    let credentials = call.credentials(2)?;
    let id = call.inf(0)?;
    let vms = removed_vms(call.take(1))?;
    let context = call.flag(3, true)?;
    let count = call
        .manager
        .remove(&credentials, &id, &vms, context)
        .await?;
    Ok(crate::json::from_json(count.into()))
}

async fn reconfigure(mut call: Call) -> Answer {
    let credentials = call.credentials(2)?;
    let id = call.inf(0)?;
    let document = match call.optional_text(1)? {
        Some(radl) if !radl.is_empty() => Some(im_manager::Document::RadlText(radl)),
        _ => None,
    };
    let vms = configured_vms(call.take(3))?;
    call.manager
        .reconfigure(&credentials, &id, document, vms.as_deref())
        .await?;
    nothing()
}

/// One number, a text of numbers separated by commas, or a list of numbers; all as such a text.
fn removed_vms(value: Value) -> Result<String, Refusal> {
    let numbers = match value {
        Value::Array(items) => items
            .into_iter()
            .map(whole_number_or_text)
            .collect::<Option<Vec<_>>>()
            .map(|numbers| numbers.join(",")),
        one => whole_number_or_text(one),
    };
    numbers.ok_or_else(|| {
        Refusal::Message(
            "Incorrect parameter type to RemoveResource function: expected: str, int or list of str."
                .to_owned(),
        )
    })
}

/// A list of numbers, a text of numbers separated by commas, or nothing for all machines. Numbers that no machine can
/// have are left out.
fn configured_vms(value: Value) -> Result<Option<Vec<VmId>>, Refusal> {
    let texts: Option<Vec<String>> = match value {
        Value::Nil => return Ok(None),
        Value::Array(items) => items.into_iter().map(whole_number_or_text).collect(),
        one => match whole_number_or_text(one) {
            Some(text) if text.is_empty() => return Ok(None),
            text => text.map(|text| text.split(',').map(str::to_owned).collect()),
        },
    };
    let numbers: Option<Vec<i64>> =
        texts.and_then(|texts| texts.iter().map(|text| text.trim().parse().ok()).collect());
    let vms = |numbers: Vec<i64>| {
        let vm = |number| u32::try_from(number).ok().map(VmId);
        numbers.into_iter().filter_map(vm).collect()
    };
    numbers
        .map(|numbers| Some(vms(numbers)))
        .ok_or_else(|| Refusal::Message("Incorrect vm_list format.".to_owned()))
}
