//! Operations on one machine.

use im_manager::VmOperation;

use super::Answer;
use crate::extract::{Caller, ForRequest, Inf};
use crate::openapi::Refused;
use crate::prefix::Prefix;
use crate::{prefix, render};

/// Start a machine.
#[utoipa::path(put, path = "/infrastructures/{infId}/vms/{vmId}/start", tag = "machines", operation_id = "startVm",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
    ), responses((status = 200, description = "It is started.", body = String), Refused))]
pub(crate) async fn start(api: ForRequest, caller: Caller, inf: Inf) -> Answer {
    operate(api, caller, inf, VmOperation::Start, prefix::VM_START).await
}

/// Stop a machine.
#[utoipa::path(put, path = "/infrastructures/{infId}/vms/{vmId}/stop", tag = "machines", operation_id = "stopVm",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
    ), responses((status = 200, description = "It is stopped.", body = String), Refused))]
pub(crate) async fn stop(api: ForRequest, caller: Caller, inf: Inf) -> Answer {
    operate(api, caller, inf, VmOperation::Stop, prefix::VM_STOP).await
}

/// Restart a machine.
#[utoipa::path(put, path = "/infrastructures/{infId}/vms/{vmId}/reboot", tag = "machines", operation_id = "rebootVm",
    security(("imCredentials" = [])), params(
        ("infId" = String, Path, description = "The id of the infrastructure."),
        ("vmId" = String, Path, description = "The number of the machine."),
    ), responses((status = 200, description = "It is restarted.", body = String), Refused))]
pub(crate) async fn reboot(api: ForRequest, caller: Caller, inf: Inf) -> Answer {
    operate(api, caller, inf, VmOperation::Reboot, prefix::VM_REBOOT).await
}

async fn operate(
    api: ForRequest,
    caller: Caller,
    inf: Inf,
    operation: VmOperation,
    prefix: Prefix,
) -> Answer {
    let id = inf.id(&prefix)?;
    let manager = api.manager();
    let operated = manager.operate_vm(&caller, &id, inf.vm(), operation).await;
    operated.map_err(|error| prefix.error(error))?;
    Ok(api.owned(&id, render::done()))
}
