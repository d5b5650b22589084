//! What can be seen of an infrastructure, one property each.

use im_domain::{VmId, VmState};
use im_manager::{Error, ErrorKind, InfrastructureState};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::Answer;
use crate::error::ApiError;
use crate::extract::{Caller, ForRequest, Inf, Params};
use crate::negotiate::{Accept, Form, MediaType};
use crate::openapi::Refused;
use crate::{prefix, render};

/// A state, in JSON.
struct StateForm<'a>(&'a InfrastructureState);

/// The states of machines by their numbers, in JSON.
struct VmStates<'a>(&'a [(VmId, VmState)]);

// === impl StateForm ===

impl Serialize for StateForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("State", 2)?;
        form.serialize_field("state", &self.0.state)?;
        form.serialize_field("vm_states", &VmStates(&self.0.vms))?;
        form.end()
    }
}

// === impl VmStates ===

impl Serialize for VmStates<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(vm, state)| (vm, state)))
    }
}

/// The messages of the configuration.
#[utoipa::path(get, path = "/infrastructures/{infId}/contmsg", tag = "properties", operation_id = "getContMsg",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("headeronly" = Option<bool>, Query, description = "Without the messages of the machines. False by default."),
    ), responses((status = 200, description = "The messages, one line an event.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn contmsg(
    api: ForRequest,
    caller: Caller,
    accept: Accept,
    params: Params,
    inf: Inf,
) -> Answer {
    let header_only = params.boolean("headeronly", false)?;
    let id = inf.id(&prefix::PROPERTY)?;
    let found = api.manager().contmsg(&caller, &id, header_only).await;
    let message = found.map_err(|error| prefix::PROPERTY.error(error))?;
    let form = accept.choose(MediaType::Text)?;
    Ok(api.owned(&id, render::text(form, "contmsg", message)?))
}

/// The document of an infrastructure.
#[utoipa::path(get, path = "/infrastructures/{infId}/radl", tag = "properties", operation_id = "getRadl",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses((status = 200, description = "RADL text.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn radl(api: ForRequest, caller: Caller, accept: Accept, inf: Inf) -> Answer {
    let id = inf.id(&prefix::PROPERTY)?;
    let found = api.manager().radl(&caller, &id).await;
    let radl = found.map_err(|error| prefix::PROPERTY.error(error))?;
    let form = accept.choose(MediaType::Text)?;
    let answer = render::text(form, "radl", radl.to_text())?;
    Ok(api.owned(&id, answer))
}

/// The state of an infrastructure and of its machines.
#[utoipa::path(get, path = "/infrastructures/{infId}/state", tag = "properties", operation_id = "getState",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses((status = 200, description = "`state`: the `state` of the whole, and `vm_states` by the numbers of the machines.", body = Object, content_type = "application/json"), Refused))]
pub(crate) async fn state(api: ForRequest, caller: Caller, accept: Accept, inf: Inf) -> Answer {
    accept.allow_json()?;
    let id = inf.id(&prefix::PROPERTY)?;
    let found = api.manager().state(&caller, &id).await;
    let state = found.map_err(|error| prefix::PROPERTY.error(error))?;
    Ok(api.owned(&id, render::named("state", StateForm(&state))?))
}

/// The outputs of the TOSCA document of an infrastructure.
#[utoipa::path(get, path = "/infrastructures/{infId}/outputs", tag = "properties", operation_id = "getOutputs",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses((status = 200, description = "`outputs`: the values by their names.", body = Object, content_type = "application/json"), Refused))]
pub(crate) async fn outputs(api: ForRequest, caller: Caller, accept: Accept, inf: Inf) -> Answer {
    accept.allow_json()?;
    let id = inf.id(&prefix::PROPERTY)?;
    let found = api.manager().outputs(&caller, &id).await;
    let outputs = found.map_err(of_tosca)?;
    Ok(api.owned(&id, render::named("outputs", outputs)?))
}

/// The TOSCA document of an infrastructure.
#[utoipa::path(get, path = "/infrastructures/{infId}/tosca", tag = "properties", operation_id = "getTosca",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses((status = 200, description = "TOSCA in YAML.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn tosca(api: ForRequest, caller: Caller, accept: Accept, inf: Inf) -> Answer {
    accept.allow_json()?;
    let id = inf.id(&prefix::PROPERTY)?;
    let found = api.manager().tosca(&caller, &id).await;
    let document = found.map_err(of_tosca)?;
    let form = accept.choose(MediaType::Text)?;
    Ok(api.owned(&id, render::text(form, "tosca", document)?))
}

/// The names of the owners of an infrastructure.
#[utoipa::path(get, path = "/infrastructures/{infId}/authorization", tag = "properties", operation_id = "getOwners",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses((status = 200, description = "User names, one a line.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn authorization(
    api: ForRequest,
    caller: Caller,
    accept: Accept,
    inf: Inf,
) -> Answer {
    let id = inf.id(&prefix::PROPERTY)?;
    let found = api.manager().owners(&caller, &id).await;
    let owners = found.map_err(|error| prefix::PROPERTY.error(error))?;
    let answer = match accept.choose(MediaType::Text)? {
        Form::Plain => render::body(MediaType::Text, owners.join("\n")),
        Form::Json => render::named("authorization", owners)?,
    };
    Ok(api.owned(&id, answer))
}

/// The answer to an error about a TOSCA document. That there is none was always said as a 400 with a 403 inside.
fn of_tosca(error: Error) -> ApiError {
    match error.kind {
        ErrorKind::PropertyNotFound => {
            prefix::PROPERTY.bad_request(format_args!("403 Forbidden: {}", error.message))
        }
        _ => prefix::PROPERTY.error(error),
    }
}
