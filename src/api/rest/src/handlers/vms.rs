//! One machine: look at it, change its size.

use super::Answer;
use crate::extract::{Caller, ForRequest, Inf, Uploaded};
use crate::negotiate::{Accept, MediaType};
use crate::openapi::Refused;
use crate::{prefix, render};

/// What is known of a machine.
#[utoipa::path(get, path = "/infrastructures/{infId}/vms/{vmId}", tag = "machines", operation_id = "getVm",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
    ), responses(
        (status = 200, description = "RADL with the networks and the system of the machine.",
            content((String = "text/plain"), (Object = "application/json")),
            headers(("InfID" = String, description = "The id of the infrastructure, by its owner."))),
        Refused,
    ))]
pub(crate) async fn info(api: ForRequest, caller: Caller, accept: Accept, inf: Inf) -> Answer {
    let id = inf.id(&prefix::VM_INFO)?;
    let found = api.manager().vm(&caller, &id, inf.vm()).await;
    let view = found.map_err(|error| prefix::VM_INFO.error(error))?;
    let form = accept.choose(MediaType::Text)?;
    Ok(api.owned(&id, render::machine(form, &view)?))
}

/// Change the size of a machine.
#[utoipa::path(put, path = "/infrastructures/{infId}/vms/{vmId}", tag = "machines", operation_id = "alterVm",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
    ), request_body(description = "RADL or TOSCA with the system of the machine.", content((String = "text/plain"), (String = "application/json"), (String = "text/yaml"))),
    responses(
        (status = 200, description = "RADL of the machine as it is now.", content((String = "text/plain"), (Object = "application/json"))),
        Refused,
    ))]
pub(crate) async fn alter(
    api: ForRequest,
    caller: Caller,
    accept: Accept,
    inf: Inf,
    body: Uploaded,
) -> Answer {
    let document = body.document(&prefix::ALTER)?;
    let form = accept.choose(MediaType::Text)?;
    let id = inf.id(&prefix::ALTER)?;
    let altered = api.manager().alter(&caller, &id, inf.vm(), document).await;
    let view = altered.map_err(|error| prefix::ALTER.error(error))?;
    Ok(api.owned(&id, render::machine(form, &view)?))
}
