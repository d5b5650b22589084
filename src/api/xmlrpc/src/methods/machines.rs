//! One machine: look at it, change it, keep its disk.

use super::{Method, method, text};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::json::from_json;

pub(super) const METHODS: &[Method] = &[
    method!(info as "GetVMInfo"("inf_id", "vm_id", "auth")),
    method!(property as "GetVMProperty"("inf_id", "vm_id", "property", "auth")),
    method!(contmsg as "GetVMContMsg"("inf_id", "vm_id", "auth")),
    method!(alter as "AlterVM"("inf_id", "vm_id", "radl", "auth")),
    method!(snapshot as "CreateDiskSnapshot"("inf_id", "vm_id", "disk_num", "image_name", "auto_delete", "auth")),
];

async fn info(mut call: Call) -> Answer {
    let credentials = call.credentials(2)?;
    let id = call.inf(0)?;
    let vm = call.vm(1);
    let view = call.manager.vm(&credentials, &id, &vm).await?;
    text(if call.vminfo_json {
        view.radl().to_json()
    } else {
        view.to_text()
    })
}

async fn property(mut call: Call) -> Answer {
    let credentials = call.credentials(3)?;
    let id = call.inf(0)?;
    let vm = call.vm(1);
    let name = call.text(2)?;
    let view = call.manager.vm(&credentials, &id, &vm).await?;
    match view.property(&name) {
        Some(value) => Ok(from_json(value.to_json())),
        // The one refusal that clients know as a fault.
        None => Err(Refusal::Fault("The VM has no such property.".to_owned())),
    }
}

async fn contmsg(mut call: Call) -> Answer {
    let credentials = call.credentials(2)?;
    let id = call.inf(0)?;
    let vm = call.vm(1);
    text(call.manager.vm_contmsg(&credentials, &id, &vm).await?)
}

async fn alter(mut call: Call) -> Answer {
    let credentials = call.credentials(3)?;
    let id = call.inf(0)?;
    let vm = call.vm(1);
    let document = call.document(2)?;
    let view = call.manager.alter(&credentials, &id, &vm, document).await?;
    text(view.to_text())
}

async fn snapshot(mut call: Call) -> Answer {
    let credentials = call.credentials(5)?;
    let id = call.inf(0)?;
    let vm = call.vm(1);
    let disk = call.text_or_number(2)?;
    let name = call.text(3)?;
    let auto_delete = call.flag(4, false)?;
    let image = call
        .manager
        .snapshot(&credentials, &id, &vm, &disk, &name, auto_delete)
        .await?;
    text(image)
}
