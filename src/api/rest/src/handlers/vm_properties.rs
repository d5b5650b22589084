//! Single properties of a machine.

use super::Answer;
use crate::error::ApiError;
use crate::extract::{BaseUrl, Caller, ForRequest, Inf, LastSegment, Params};
use crate::negotiate::{Accept, Form, MediaType};
use crate::openapi::Refused;
use crate::{prefix, render};

/// What a machine hears that asks for its tunnel before there is one.
const WAIT: &str = "wait";

/// One property of a machine.
#[utoipa::path(get, path = "/infrastructures/{infId}/vms/{vmId}/{property}", tag = "machines", operation_id = "getVmProperty",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
        ("property" = String, Path, description = "The name of a feature of its system, as `net_interface.0.ip`."),
    ), responses((status = 200, description = "The value; sizes in bytes.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn property(
    api: ForRequest,
    caller: Caller,
    accept: Accept,
    inf: Inf,
    LastSegment(name): LastSegment,
) -> Answer {
    let id = inf.id(&prefix::VM_PROPERTY)?;
    let found = api.manager().vm(&caller, &id, inf.vm()).await;
    let view = found.map_err(|error| prefix::VM_PROPERTY.error(error))?;
    let value = view.property(&name);
    let value = value.ok_or_else(|| no_property(&name, inf.vm()))?;
    let answer = match accept.choose(MediaType::Text)? {
        Form::Plain => render::body(MediaType::Text, value.to_text()),
        Form::Json => render::named(&name, value.to_json())?,
    };
    Ok(api.owned(&id, answer))
}

/// The messages of the configuration of a machine.
#[utoipa::path(get, path = "/infrastructures/{infId}/vms/{vmId}/contmsg", tag = "machines", operation_id = "getVmContMsg",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
    ), responses((status = 200, description = "The messages.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn contmsg(api: ForRequest, caller: Caller, accept: Accept, inf: Inf) -> Answer {
    let id = inf.id(&prefix::VM_PROPERTY)?;
    let found = api.manager().vm_contmsg(&caller, &id, inf.vm()).await;
    let message = found.map_err(|error| prefix::VM_PROPERTY.error(error))?;
    let form = accept.choose(MediaType::Text)?;
    Ok(api.owned(&id, render::text(form, "contmsg", message)?))
}

/// The command that makes a machine behind a NAT reachable.
#[utoipa::path(get, path = "/infrastructures/{infId}/vms/{vmId}/command", tag = "machines", operation_id = "getVmCommand",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
        ("step" = Option<u8>, Query, description = "1: a command that waits for the second step, by default. 2: the command, or `wait`."),
    ), responses((status = 200, description = "A line for a shell.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn command(
    api: ForRequest,
    caller: Caller,
    accept: Accept,
    base: BaseUrl,
    params: Params,
    inf: Inf,
) -> Answer {
    let id = inf.id(&prefix::VM_PROPERTY)?;
    let step: i64 = params
        .get("step")
        .unwrap_or("1")
        .parse()
        .map_err(|_| prefix::VM_PROPERTY.bad_request("The parameter step must be 1 or 2."))?;
    let found = api.manager().vm_command(&caller, &id, inf.vm()).await;
    let tunnel = found.map_err(|error| prefix::VM_PROPERTY.error(error))?;
    let line = match step {
        1 => {
            let url = format!(
                "{base}/infrastructures/{id}/vms/{}/command?step=2",
                inf.vm()
            );
            render::waiting_command(&caller, &url)
        }
        2 => tunnel.unwrap_or_else(|| WAIT.to_owned()),
        _ => return Err(no_property("command", inf.vm())),
    };
    let form = accept.choose(MediaType::Text)?;
    Ok(api.owned(&id, render::text(form, "command", line)?))
}

fn no_property(name: &str, vm: &str) -> ApiError {
    ApiError::not_found(format!("Incorrect property {name} for VM ID {vm}"))
}
