//! The machines of an infrastructure as a set: add, remove.

use super::Answer;
use crate::extract::{BaseUrl, Caller, ForRequest, Inf, Params, Uploaded};
use crate::negotiate::{Accept, MediaType};
use crate::openapi::Refused;
use crate::render::UriList;
use crate::{prefix, render};

/// Add machines to an infrastructure, lay a changed TOSCA document over its own, or see what that would do.
///
/// A TOSCA document says how many machines there are to be: what is missing is added, what is too many is removed.
#[utoipa::path(post, path = "/infrastructures/{infId}", tag = "infrastructures", operation_id = "addResource",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("context" = Option<bool>, Query, description = "Configure the machines afterwards. True by default."),
        ("dry_run" = Option<bool>, Query, description = "Answer which machines would be added, removed and configured again, and change nothing. False by default."),
    ), request_body(description = "RADL with deploys, or TOSCA.", content((String = "text/plain"), (String = "application/json"), (String = "text/yaml"))),
    responses(
        (status = 200, description = "The addresses of the new machines; for a dry run `added`, `removed` and `reconfigured`, lists of machines with `id`, `system` and `cloud`, in JSON.",
            content((String = "text/uri-list"), (UriList = "application/json")),
            headers(("InfID" = String, description = "The id of the infrastructure, by its owner."))),
        Refused,
    ))]
pub(crate) async fn add(
    mut api: ForRequest,
    caller: Caller,
    accept: Accept,
    base: BaseUrl,
    params: Params,
    inf: Inf,
    body: Uploaded,
) -> Answer {
    let context = params.boolean("context", true)?;
    let dry_run = params.boolean("dry_run", false)?;
    if dry_run {
        return preview(&api, &caller, &accept, inf, body, context).await;
    }
    api.creating(body.text());
    let document = body.document(&prefix::ADD)?;
    let form = accept.choose(MediaType::UriList)?;
    let id = inf.id(&prefix::ADD)?;
    let added = api.manager().add(&caller, &id, document, context).await;
    let added = added.map_err(|error| prefix::ADD.error(error))?;
    let vms = added.vms.iter();
    Ok(api.owned(&id, render::uri_list(form, &base.vms(&id), vms)?))
}

/// What an addition would do.
async fn preview(
    api: &ForRequest,
    caller: &Caller,
    accept: &Accept,
    inf: Inf,
    body: Uploaded,
    context: bool,
) -> Answer {
    let document = body.document(&prefix::ADD)?;
    accept.choose(MediaType::Json)?;
    let id = inf.id(&prefix::ADD)?;
    let previewed = api.manager().preview(caller, &id, document, context).await;
    let preview = previewed.map_err(|error| prefix::ADD.error(error))?;
    Ok(api.owned(&id, render::json(&preview)?))
}

/// Remove machines from an infrastructure.
#[utoipa::path(delete, path = "/infrastructures/{infId}/vms/{vmId}", tag = "machines", operation_id = "removeResource",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine, or several separated by commas: all or none are removed."),
        ("context" = Option<bool>, Query, description = "Configure the other machines afterwards. True by default."),
    ), responses((status = 200, description = "They are removed.", body = String), Refused))]
pub(crate) async fn remove(api: ForRequest, caller: Caller, params: Params, inf: Inf) -> Answer {
    let context = params.boolean("context", true)?;
    let id = inf.id(&prefix::REMOVE)?;
    let removed = api.manager().remove(&caller, &id, inf.vm(), context).await;
    removed.map_err(|error| prefix::REMOVE.error(error))?;
    Ok(api.owned(&id, render::done()))
}
