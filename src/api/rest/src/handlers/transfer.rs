//! The stored form of an infrastructure: export and import.

use super::Answer;
use crate::extract::{BaseUrl, Caller, ForRequest, Inf, Params, Uploaded, name_infrastructure};
use crate::negotiate::{Accept, MediaType};
use crate::openapi::Refused;
use crate::render::UriForm;
use crate::{prefix, render};

/// Import an infrastructure that was exported.
///
/// It keeps its id, and whoever imports it becomes its owner.
#[utoipa::path(put, path = "/infrastructures", tag = "infrastructures", operation_id = "importInfrastructure",
    security(("imCredentials" = [])), request_body(content = String, content_type = "application/json", description = "The text of an export."),
    responses(
        (status = 200, description = "The address of the infrastructure.",
            content((String = "text/uri-list"), (UriForm = "application/json")),
            headers(("InfID" = String, description = "The id of the infrastructure."))),
        Refused,
    ))]
pub(crate) async fn import(
    mut api: ForRequest,
    caller: Caller,
    accept: Accept,
    base: BaseUrl,
    body: Uploaded,
) -> Answer {
    api.creating(body.text());
    let data = body.json_text()?;
    let form = accept.choose(MediaType::UriList)?;
    let imported = api.manager().import(&caller, &data).await;
    let id = imported.map_err(|error| prefix::IMPORT.error(error))?;
    name_infrastructure(id.as_str());
    Ok(api.owned(&id, render::uri(form, base.infrastructure(&id))?))
}

/// Export an infrastructure.
#[utoipa::path(get, path = "/infrastructures/{infId}/data", tag = "infrastructures", operation_id = "exportInfrastructure",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("delete" = Option<bool>, Query, description = "Give it up here, without touching its machines. False by default."),
    ), responses(
        (status = 200, description = "`data`: the stored form, JSON in a text.", body = Object, content_type = "application/json",
            headers(("InfID" = String, description = "The id of the infrastructure, by its owner."))),
        Refused,
    ))]
pub(crate) async fn export(
    api: ForRequest,
    caller: Caller,
    accept: Accept,
    params: Params,
    inf: Inf,
) -> Answer {
    accept.allow_json()?;
    let delete = params.boolean("delete", false)?;
    let id = inf.id(&prefix::PROPERTY)?;
    let exported = api.manager().export(&caller, &id, delete).await;
    let data = exported.map_err(|error| prefix::PROPERTY.error(error))?;
    let answer = render::named("data", data)?;
    Ok(if delete {
        answer
    } else {
        api.owned(&id, answer)
    })
}
