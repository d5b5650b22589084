//! The owners of an infrastructure.

use im_auth::Credentials;
use im_manager::OwnerChange;
use serde_json::Value;

use super::Answer;
use crate::error::ApiError;
use crate::extract::{Caller, ForRequest, Inf, Params, Uploaded};
use crate::openapi::Refused;
use crate::{prefix, render};

/// Add an owner to an infrastructure, or replace all of them.
#[utoipa::path(post, path = "/infrastructures/{infId}/authorization", tag = "infrastructures", operation_id = "changeOwners",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("overwrite" = Option<bool>, Query, description = "Replace the owners. False by default."),
    ), request_body(content = Object, content_type = "application/json", description = "`username` and `password`, or `token`, of the new owner."),
    responses((status = 200, description = "The owners are changed.", body = String), Refused))]
pub(crate) async fn change(
    api: ForRequest,
    caller: Caller,
    params: Params,
    inf: Inf,
    body: Uploaded,
) -> Answer {
    let data = body.json_text()?;
    let overwrite = params.boolean("overwrite", false)?;
    let credentials = new_owner(&data)?;
    let change = OwnerChange {
        credentials,
        overwrite,
    };
    let id = inf.id(&prefix::OWNERS)?;
    let changed = api.manager().change_owners(&caller, &id, change).await;
    changed.map_err(|error| prefix::OWNERS.error(error))?;
    Ok(api.owned(&id, render::done()))
}

fn new_owner(data: &str) -> Result<Credentials, ApiError> {
    let value: Value =
        serde_json::from_str(data).map_err(|error| prefix::OWNERS.bad_request(error))?;
    Credentials::from_new_owner(value).map_err(|error| prefix::OWNERS.bad_request(error))
}
