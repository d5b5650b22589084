//! Whole infrastructures: make, destroy, list, look at.

use std::collections::BTreeMap;

use dxr::Value;

use super::{Method, method, nothing, text, texts};
use crate::answer::Answer;
use crate::call::Call;

pub(super) const METHODS: &[Method] = &[
    method!(create as "CreateInfrastructure"("radl", "auth")["async"]),
    method!(destroy as "DestroyInfrastructure"("inf_id", "auth")["force", "async"]),
    method!(list as "GetInfrastructureList"("auth")["filter"]),
    method!(info as "GetInfrastructureInfo"("inf_id", "auth")),
    method!(radl as "GetInfrastructureRADL"("inf_id", "auth")),
    method!(state as "GetInfrastructureState"("inf_id", "auth")),
    method!(contmsg as "GetInfrastructureContMsg"("inf_id", "auth")["headeronly"]),
];

async fn create(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let document = call.document(0)?;
    let asynchronous = call.flag(2, false)?;
    let id = call
        .manager
        .create(&credentials, document, asynchronous)
        .await?;
    Call::is_about(&id);
    text(id.as_str())
}

async fn destroy(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let id = call.inf(0)?;
    let force = call.flag(2, false)?;
    let asynchronous = call.flag(3, false)?;
    call.manager
        .destroy(&credentials, &id, force, asynchronous)
        .await?;
    nothing()
}

async fn list(mut call: Call) -> Answer {
    let credentials = call.credentials(0)?;
    let filter = call.optional_text(1)?;
    texts(call.manager.list(&credentials, filter.as_deref()).await?)
}

async fn info(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let id = call.inf(0)?;
    let infrastructure = call.manager.infrastructure(&credentials, &id).await?;
    texts(infrastructure.live_vms().map(|vm| vm.id))
}

async fn radl(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let id = call.inf(0)?;
    text(call.manager.radl(&credentials, &id).await?.to_text())
}

async fn state(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let id = call.inf(0)?;
    let state = call.manager.state(&credentials, &id).await?;
    let word = |state: im_domain::VmState| Value::String(state.as_str().to_owned());
    let vms = state
        .vms
        .iter()
        .map(|(id, state)| (id.to_string(), word(*state)));
    Ok(Value::Struct(BTreeMap::from([
        ("state".to_owned(), word(state.state)),
        ("vm_states".to_owned(), Value::Struct(vms.collect())),
    ])))
}

async fn contmsg(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let id = call.inf(0)?;
    let header_only = call.flag(2, false)?;
    text(call.manager.contmsg(&credentials, &id, header_only).await?)
}
