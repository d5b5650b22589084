//! Operations on a whole infrastructure.

use im_domain::{InfId, VmId};
use im_manager::InfrastructureOperation;

use super::Answer;
use crate::error::ApiError;
use crate::extract::{Caller, ForRequest, Inf, Params, Uploaded};
use crate::openapi::Refused;
use crate::prefix::Prefix;
use crate::{prefix, render};

/// Start all machines.
#[utoipa::path(put, path = "/infrastructures/{infId}/start", tag = "infrastructures", operation_id = "startInfrastructure",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses((status = 200, description = "They are started.", body = String), Refused))]
pub(crate) async fn start(api: ForRequest, caller: Caller, inf: Inf) -> Answer {
    let id = inf.id(&prefix::START)?;
    operate(
        api,
        caller,
        id,
        InfrastructureOperation::Start,
        prefix::START,
    )
    .await
}

/// Stop all machines.
#[utoipa::path(put, path = "/infrastructures/{infId}/stop", tag = "infrastructures", operation_id = "stopInfrastructure",
    security(("imCredentials" = [])), params(("infId" = String, Path, description = "The id of the infrastructure.")),
    responses((status = 200, description = "They are stopped.", body = String), Refused))]
pub(crate) async fn stop(api: ForRequest, caller: Caller, inf: Inf) -> Answer {
    let id = inf.id(&prefix::STOP)?;
    operate(api, caller, id, InfrastructureOperation::Stop, prefix::STOP).await
}

/// Configure machines again, with new recipes if a document is given.
#[utoipa::path(put, path = "/infrastructures/{infId}/reconfigure", tag = "infrastructures", operation_id = "reconfigureInfrastructure",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vm_list" = Option<String>, Query, description = "The numbers of the machines, separated by commas. All by default."),
    ), request_body(description = "RADL or TOSCA, or nothing.", content((String = "text/plain"), (String = "application/json"), (String = "text/yaml"))),
    responses(
        (status = 200, description = "They are being configured.", body = String,
            headers(("InfID" = String, description = "The id of the infrastructure, by its owner."))),
        Refused,
    ))]
pub(crate) async fn reconfigure(
    api: ForRequest,
    caller: Caller,
    params: Params,
    inf: Inf,
    body: Uploaded,
) -> Answer {
    let document = body.optional_document(&prefix::RECONFIGURE)?;
    let vms = params.get("vm_list").map(vm_list).transpose()?;
    let id = inf.id(&prefix::RECONFIGURE)?;
    let manager = api.manager();
    let configured = manager
        .reconfigure(&caller, &id, document, vms.as_deref())
        .await;
    configured.map_err(|error| prefix::RECONFIGURE.error(error))?;
    Ok(api.owned(&id, render::done()))
}

async fn operate(
    api: ForRequest,
    caller: Caller,
    id: InfId,
    operation: InfrastructureOperation,
    prefix: Prefix,
) -> Answer {
    let operated = api.manager().operate(&caller, &id, operation).await;
    operated.map_err(|error| prefix.error(error))?;
    Ok(api.owned(&id, render::done()))
}

/// Whole numbers separated by commas; those that no machine can have are left out.
fn vm_list(text: &str) -> Result<Vec<VmId>, ApiError> {
    let numbers: Result<Vec<i64>, _> = text.split(',').map(|item| item.trim().parse()).collect();
    let numbers = numbers.map_err(|_| ApiError::bad_request("Incorrect vm_list format."))?;
    Ok(numbers
        .into_iter()
        .filter_map(|number| u32::try_from(number).ok().map(VmId))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_no_machine_has_are_ignored_and_words_are_not() {
        assert_eq!(vm_list("0, 7,-1").unwrap(), [VmId(0), VmId(7)]);
        for bad in ["", "a", "0,", "0;1"] {
            assert!(vm_list(bad).is_err(), "{bad}");
        }
    }
}
