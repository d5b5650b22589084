//! Stop, start and restart machines.
//!
//! The infrastructure does not say what was asked for, so an operation begins with a commit of the journal. One that a
//! dead node left is repeated if that leads to the same end (stop, start); otherwise (restart, change of size) it ends as
//! failed, and the machines are looked at again.

use std::sync::Arc;

use futures::{StreamExt, stream};
use im_auth::{Caller, Credentials};
use im_cluster::Slot;
use im_connectors::ConnectorError;
use im_domain::{InfId, OperationId, Vm, VmId, VmState};
use im_operations::boundary::{Boundary, pass};
use im_operations::{Entry, Names, Planned};
use im_store::{IntentAction, IntentState, NewOperation, OperationKind, OperationState};

use crate::access::{Verb, live_vm, proved_vm};
use crate::detached::turn;
use crate::reach::{Reach, Reached};
use crate::{Error, ErrorKind, InfrastructureOperation, Manager, VmOperation};

/// Machines that are stopped or started at a time.
const AT_A_TIME: usize = 16;

/// What is done to machines that exist: operations of which the infrastructure itself says nothing.
pub(crate) const KINDS: [OperationKind; 4] = [
    OperationKind::Stop,
    OperationKind::Start,
    OperationKind::Reboot,
    OperationKind::Alter,
];

/// The intents of those.
pub(crate) const ACTIONS: [IntentAction; 4] = [
    IntentAction::Stop,
    IntentAction::Start,
    IntentAction::Reboot,
    IntentAction::Alter,
];

impl Manager {
    /// Stops or starts all machines of an infrastructure. Every one is tried; the error tells of all that failed.
    #[tracing::instrument(target = "im_trace", name = "manager.operate", skip_all, fields(inf.id = %id))]
    pub async fn operate(
        &self,
        credentials: &Credentials,
        id: &InfId,
        operation: InfrastructureOperation,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let operation = match operation {
            InfrastructureOperation::Stop => VmOperation::Stop,
            InfrastructureOperation::Start => VmOperation::Start,
        };
        let manager = self.clone();
        let work = async move {
            let (_turn, infrastructure) = turn(&slot, operation.word()).await?;
            let machines: Vec<_> = infrastructure
                .live_vms()
                .filter(|vm| vm.cloud_vm_id.is_some())
                .cloned()
                .collect();
            manager.power(&slot, &caller, &machines, operation).await
        };
        self.detached(operation.word(), id, work).await
    }

    /// Stops, starts or restarts one machine; `vm` as the client wrote it.
    #[tracing::instrument(target = "im_trace", name = "manager.operate_vm", skip_all, fields(inf.id = %id))]
    pub async fn operate_vm(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
        operation: VmOperation,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let vm = proved_vm(&slot, vm).await?;
        let manager = self.clone();
        let work = async move {
            let (_turn, infrastructure) = turn(&slot, operation.word()).await?;
            let machine = Arc::clone(live_vm(&infrastructure, &vm.to_string())?);
            if machine.cloud_vm_id.is_none() {
                return Err(Error::invalid(format!(
                    "The VM {vm} was not launched, so there is nothing to {}.",
                    operation.word()
                )));
            }
            manager.power(&slot, &caller, &[machine], operation).await
        };
        self.detached(operation.word(), id, work).await
    }

    async fn power(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        machines: &[Arc<Vm>],
        operation: VmOperation,
    ) -> Result<(), Error> {
        let vms: Vec<VmId> = machines.iter().map(|vm| vm.id).collect();
        let begun = self.operation(operation.kind(), slot.id(), caller);
        let names = self.names().await?;
        self.commit_first(slot, |entry| {
            begin(entry, &names, &begun, operation.action(), &vms);
            Ok::<(), Error>(())
        })
        .await?;
        self.power_on_record(slot, caller, machines, operation, &[begun.id])
            .await
    }

    /// Calls the clouds for an operation that is written down, and records what came of it.
    pub(crate) async fn power_on_record(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
        machines: &[Arc<Vm>],
        operation: VmOperation,
        ids: &[OperationId],
    ) -> Result<(), Error> {
        let mut reach = Reach::of(&self.inner.registry, caller);
        let action = operation.action();
        pass(Boundary::AfterIntentCommit, action).await;
        let calls: Vec<_> = machines
            .iter()
            .map(|vm| (vm.id, reach.machine(slot.id(), vm)))
            .collect();
        let outcomes: Vec<(VmId, Option<Result<(), ConnectorError>>)> = stream::iter(calls)
            .map(|(id, machine)| async move {
                let outcome = match machine {
                    Ok(machine) => self.call(slot, &machine, operation).await,
                    Err(error) => Some(Err(error)),
                };
                (id, outcome)
            })
            .buffered(AT_A_TIME)
            .collect()
            .await;
        let outcomes: Option<Vec<_>> = outcomes
            .into_iter()
            .map(|(id, outcome)| Some((id, outcome?)))
            .collect();
        let Some(outcomes) = outcomes else {
            let message = "The service cannot go on now. It goes on by itself later.";
            return Err(Error::new(ErrorKind::OutcomeUnknown, message));
        };
        let done: Vec<_> = outcomes
            .iter()
            .filter_map(|(id, outcome)| outcome.is_ok().then_some(*id))
            .collect();
        let marks: Vec<(VmId, IntentState, String)> = outcomes
            .iter()
            .map(|(id, outcome)| match outcome {
                Ok(()) => (*id, IntentState::Applied, String::new()),
                Err(error) => (*id, IntentState::Failed, error.message.clone()),
            })
            .collect();
        let failed = failure(outcomes, operation);
        let is_over = |state| operation.is_over(state);
        pass(Boundary::BeforeConfirm, action).await;
        let recorded = self
            .observe(slot, &mut reach, &done, is_over, |entry| {
                for (id, state, reason) in &marks {
                    entry.mark(*id, action, *state, reason);
                }
                let (state, reason) = match &failed {
                    None => (OperationState::Done, None),
                    Some(error) => (OperationState::Failed, Some(&*error.message)),
                };
                for id in ids {
                    entry.end(*id, state, reason);
                }
            })
            .await;
        pass(Boundary::AfterConfirm, action).await;
        match failed {
            Some(failed) => Err(failed),
            None => recorded,
        }
    }

    /// `None`: the cloud was not called, or its answer will not be heard.
    async fn call(
        &self,
        slot: &Slot,
        machine: &Reached,
        operation: VmOperation,
    ) -> Option<Result<(), ConnectorError>> {
        if !self.gate(slot, operation.action()).await {
            return None;
        }
        let life = slot.life().ended();
        let answer = life.run_until_cancelled(operation.call(machine)).await;
        pass(Boundary::AfterCall, operation.action()).await;
        answer
    }
}

/// Writes an operation on machines down. A former one that waits is given up: its user was told that it is not done.
pub(crate) fn begin(
    entry: &mut Entry<'_>,
    names: &Names,
    operation: &NewOperation,
    action: IntentAction,
    vms: &[VmId],
) {
    let reason = "A later operation came first.";
    let all: Vec<VmId> = entry.infrastructure.vms.iter().map(|vm| vm.id).collect();
    for vm in all {
        for action in ACTIONS {
            entry.mark(vm, action, IntentState::Failed, reason);
        }
    }
    entry.end_kinds(&KINDS, OperationState::Failed, Some(reason));
    entry.begin(operation);
    let planned = vms.iter().map(|vm| Planned {
        operation: operation.id,
        action,
        vm: *vm,
        attempt: 0,
        digest: String::new(),
    });
    let planned: Vec<Planned> = planned.collect();
    entry.plan(names, &planned);
}

/// One error for all machines that failed, of the kind of the first.
fn failure(
    outcomes: Vec<(VmId, Result<(), ConnectorError>)>,
    operation: VmOperation,
) -> Option<Error> {
    let mut failed: Option<Error> = None;
    for (id, outcome) in outcomes {
        let Err(error) = outcome else { continue };
        let error = Error::from(error);
        let line = format!(
            "Error in {} of VM {id}: {}",
            operation.word(),
            error.message
        );
        match &mut failed {
            None => {
                failed = Some(Error {
                    message: line,
                    ..error
                });
            }
            Some(failed) => {
                failed.message.push('\n');
                failed.message.push_str(&line);
            }
        }
    }
    failed
}

// === impl VmOperation ===

impl VmOperation {
    pub(crate) fn kind(self) -> OperationKind {
        match self {
            Self::Stop => OperationKind::Stop,
            Self::Start => OperationKind::Start,
            Self::Reboot => OperationKind::Reboot,
        }
    }

    pub(crate) fn action(self) -> IntentAction {
        match self {
            Self::Stop => IntentAction::Stop,
            Self::Start => IntentAction::Start,
            Self::Reboot => IntentAction::Reboot,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Reboot => "reboot",
        }
    }

    async fn call(self, machine: &Reached) -> Result<(), ConnectorError> {
        match self {
            Self::Stop => machine.connector.stop(&machine.target).await,
            Self::Start => machine.connector.start(&machine.target).await,
            Self::Reboot => machine.connector.reboot(&machine.target).await,
        }
    }

    /// Whether a machine in this state has done what was asked, or never will: clouds take their time.
    fn is_over(self, state: VmState) -> bool {
        match self {
            Self::Stop => !state.is_up() && state != VmState::Pending,
            Self::Start => !matches!(state, VmState::Stopped | VmState::Pending),
            Self::Reboot => true,
        }
    }
}
