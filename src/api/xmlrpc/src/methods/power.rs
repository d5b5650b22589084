//! Stop, start and restart.

use im_manager::{InfrastructureOperation, VmOperation};

use super::{Method, method, nothing};
use crate::answer::Answer;
use crate::call::Call;

pub(super) const METHODS: &[Method] = &[
    method!(stop as "StopInfrastructure"("inf_id", "auth")),
    method!(start as "StartInfrastructure"("inf_id", "auth")),
    method!(stop_vm as "StopVM"("inf_id", "vm_id", "auth")),
    method!(start_vm as "StartVM"("inf_id", "vm_id", "auth")),
    method!(reboot_vm as "RebootVM"("inf_id", "vm_id", "auth")),
];

async fn stop(call: Call) -> Answer {
    operate(call, InfrastructureOperation::Stop).await
}

async fn start(call: Call) -> Answer {
    operate(call, InfrastructureOperation::Start).await
}

async fn stop_vm(call: Call) -> Answer {
    operate_vm(call, VmOperation::Stop).await
}

async fn start_vm(call: Call) -> Answer {
    operate_vm(call, VmOperation::Start).await
}

async fn reboot_vm(call: Call) -> Answer {
    operate_vm(call, VmOperation::Reboot).await
}

async fn operate(mut call: Call, operation: InfrastructureOperation) -> Answer {
    let credentials = call.credentials(1)?;
    let id = call.inf(0)?;
    call.manager.operate(&credentials, &id, operation).await?;
    nothing()
}

async fn operate_vm(mut call: Call, operation: VmOperation) -> Answer {
    let credentials = call.credentials(2)?;
    let id = call.inf(0)?;
    let vm = call.vm(1);
    call.manager
        .operate_vm(&credentials, &id, &vm, operation)
        .await?;
    nothing()
}
