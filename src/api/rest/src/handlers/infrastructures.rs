//! Infrastructures as a whole: list, create, look at, destroy.

use axum::extract::State;

use super::Answer;
use crate::api::Api;
use crate::extract::{BaseUrl, Caller, ForRequest, Inf, Params, Uploaded, name_infrastructure};
use crate::negotiate::{Accept, MediaType};
use crate::openapi::Refused;
use crate::render::{UriForm, UriList};
use crate::{prefix, render};

/// List the infrastructures of the user.
///
/// An administrator gets those of everybody.
#[utoipa::path(get, path = "/infrastructures", tag = "infrastructures", operation_id = "listInfrastructures",
    security(("imCredentials" = [])), params(
        ("filter" = Option<String>, Query, description = "A regular expression that is searched in the RADL and the TOSCA text."),
    ), responses(
        (status = 200, description = "The addresses of the infrastructures.", content((String = "text/uri-list"), (UriList = "application/json"))),
        Refused,
    ))]
pub(crate) async fn list(
    State(api): State<Api>,
    caller: Caller,
    accept: Accept,
    base: BaseUrl,
    params: Params,
) -> Answer {
    let filter = params.get("filter").filter(|filter| !filter.is_empty());
    let listed = api.manager().list(&caller, filter).await;
    let ids = listed.map_err(|error| prefix::LIST.error(error))?;
    let form = accept.choose(MediaType::UriList)?;
    render::uri_list(form, &base.infrastructures(), ids.iter())
}

/// Create an infrastructure from a document, or estimate what it would take.
#[utoipa::path(post, path = "/infrastructures", tag = "infrastructures", operation_id = "createInfrastructure",
    security(("imCredentials" = [])), params(
        ("async" = Option<bool>, Query, description = "Answer before the machines are launched. False by default."),
        ("dry_run" = Option<bool>, Query, description = "Answer what the document would take, and create nothing. False by default."),
    ), request_body(description = "RADL or TOSCA.", content((String = "text/plain"), (String = "application/json"), (String = "text/yaml"))),
    responses(
        (status = 200, description = "The address of the infrastructure; for a dry run the resources for each cloud, in JSON.",
            content((String = "text/uri-list"), (UriForm = "application/json")),
            headers(("InfID" = String, description = "The id of the infrastructure; not for a dry run."))),
        Refused,
    ))]
pub(crate) async fn create(
    mut api: ForRequest,
    caller: Caller,
    accept: Accept,
    base: BaseUrl,
    params: Params,
    body: Uploaded,
) -> Answer {
    let asynchronous = params.boolean("async", false)?;
    let dry_run = params.boolean("dry_run", false)?;
    api.creating(body.text());
    let document = body.document(&prefix::CREATE)?;
    if dry_run {
        accept.choose(MediaType::Json)?;
        let estimated = api.manager().estimate(&caller, document).await;
        return render::json(&estimated.map_err(|error| prefix::CREATE.error(error))?);
    }
    let form = accept.choose(MediaType::UriList)?;
    let created = api.manager().create(&caller, document, asynchronous).await;
    let id = created.map_err(|error| prefix::CREATE.error(error))?;
    name_infrastructure(id.as_str());
    Ok(api.owned(&id, render::uri(form, base.infrastructure(&id))?))
}

/// List the machines of an infrastructure.
#[utoipa::path(get, path = "/infrastructures/{infId}", tag = "infrastructures", operation_id = "getInfrastructure",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses(
        (status = 200, description = "The addresses of the machines that were not removed, in ascending order.",
            content((String = "text/uri-list"), (UriList = "application/json")),
            headers(("InfID" = String, description = "The id of the infrastructure, by its owner."))),
        Refused,
    ))]
pub(crate) async fn info(
    api: ForRequest,
    caller: Caller,
    accept: Accept,
    base: BaseUrl,
    inf: Inf,
) -> Answer {
    let id = inf.id(&prefix::INFO)?;
    let found = api.manager().infrastructure(&caller, &id).await;
    let infrastructure = found.map_err(|error| prefix::INFO.error(error))?;
    let form = accept.choose(MediaType::UriList)?;
    let vms = infrastructure.live_vms().map(|vm| vm.id);
    Ok(api.owned(&id, render::uri_list(form, &base.vms(&id), vms)?))
}

/// Destroy an infrastructure with all its machines.
#[utoipa::path(delete, path = "/infrastructures/{infId}", tag = "infrastructures", operation_id = "destroyInfrastructure",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("force" = Option<bool>, Query, description = "Delete it even if a machine cannot be removed. False by default."),
        ("async" = Option<bool>, Query, description = "Answer before the machines are gone. False by default."),
    ), responses((status = 200, description = "It is destroyed, or is being destroyed.", body = String), Refused))]
pub(crate) async fn destroy(api: ForRequest, caller: Caller, params: Params, inf: Inf) -> Answer {
    let force = params.boolean("force", false)?;
    let asynchronous = params.boolean("async", false)?;
    let id = inf.id(&prefix::DESTROY)?;
    let manager = api.manager();
    let destroyed = manager.destroy(&caller, &id, force, asynchronous).await;
    destroyed.map_err(|error| prefix::DESTROY.error(error))?;
    // Nobody owns what is gone: there is nothing to come back here for.
    Ok(render::done())
}
