//! The disks of a machine.

use super::Answer;
use crate::error::ApiError;
use crate::extract::{Caller, ForRequest, Inf, Params};
use crate::negotiate::MediaType;
use crate::openapi::Refused;
use crate::{prefix, render};

/// Make an image of a disk.
#[utoipa::path(put, path = "/infrastructures/{infId}/vms/{vmId}/disks/{diskNum}/snapshot", tag = "machines",
    operation_id = "createDiskSnapshot", security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
        ("diskNum" = i64, Path, description = "The number of the disk."),
        ("image_name" = String, Query, description = "The name of the image."),
        ("auto_delete" = Option<bool>, Query, description = "Delete the image with the infrastructure. False by default."),
    ), responses((status = 200, description = "The address of the image.", body = String), Refused))]
pub(crate) async fn snapshot(api: ForRequest, caller: Caller, params: Params, inf: Inf) -> Answer {
    let name = params
        .get("image_name")
        .ok_or_else(|| ApiError::bad_request("Parameter image_name required."))?;
    let auto_delete = params.boolean("auto_delete", false)?;
    let id = inf.id(&prefix::SNAPSHOT)?;
    let manager = api.manager();
    let (vm, disk) = (inf.vm(), inf.disk());
    let made = manager
        .snapshot(&caller, &id, vm, disk, name, auto_delete)
        .await;
    let image = made.map_err(|error| prefix::SNAPSHOT.error(error))?;
    Ok(api.owned(&id, render::body(MediaType::Text, image)))
}
