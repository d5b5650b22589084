//! A cloud that does what the test says.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use im_connectors::{
    Capability, CloudType, CloudVm, Connector, ConnectorError, CreateIdempotency, ErrorKind, Image,
    ImageFilter, LaunchRequest, Launched, Observed, Operation, Quotas, Retry, Snapshot,
};
use im_domain::{CloudInfo, InfId, VmId, VmState};
use im_radl::{Radl, System};
use tokio::sync::Semaphore;

/// What the test says, and what it is told.
#[derive(Debug)]
pub(crate) struct Script {
    /// The state that the cloud tells of each machine; `running` of the others.
    states: Mutex<HashMap<VmId, VmState>>,
    /// The kind of error that every call about a machine fails with.
    failing: Mutex<HashMap<VmId, ErrorKind>>,
    /// The state that a started machine has then; `running` of the others.
    started: Mutex<HashMap<VmId, VmState>>,
    /// Questions for states so far.
    questions: AtomicUsize,
    /// An answer to such a question takes a permit for a moment.
    pub(crate) gate: Semaphore,
}

#[derive(Debug)]
struct Scripted {
    cloud: CloudInfo,
    script: Arc<Script>,
}

// === impl Script ===

impl Script {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            states: Mutex::default(),
            failing: Mutex::default(),
            started: Mutex::default(),
            questions: AtomicUsize::new(0),
            gate: Semaphore::new(1 << 20),
        })
    }

    /// The type of cloud, `Scripted` in credentials.
    pub(crate) fn cloud_type(self: &Arc<Self>) -> CloudType {
        let script = Arc::clone(self);
        CloudType::new("Scripted", move |line| {
            Ok(Arc::new(Scripted {
                cloud: line.cloud()?.clone(),
                script: Arc::clone(&script),
            }))
        })
        .without_address()
    }

    pub(crate) fn tell(&self, vm: u32, state: VmState) {
        self.states.lock().unwrap().insert(VmId(vm), state);
    }

    pub(crate) fn tell_after_start(&self, vm: u32, state: VmState) {
        self.started.lock().unwrap().insert(VmId(vm), state);
    }

    pub(crate) fn fail(&self, vm: u32, kind: ErrorKind) {
        self.failing.lock().unwrap().insert(VmId(vm), kind);
    }

    pub(crate) fn answer_again(&self) {
        self.failing.lock().unwrap().clear();
    }

    pub(crate) fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }

    fn check(&self, operation: Operation, vm: &CloudVm) -> Result<(), ConnectorError> {
        match self.failing.lock().unwrap().get(&vm.vm.id) {
            Some(kind) => Err(ConnectorError::new(
                *kind,
                Retry::Never,
                operation,
                "the script says no",
            )),
            None => Ok(()),
        }
    }

    fn set(
        &self,
        operation: Operation,
        vm: &CloudVm,
        state: VmState,
    ) -> Result<(), ConnectorError> {
        self.check(operation, vm)?;
        self.tell(vm.vm.id.0, state);
        Ok(())
    }
}

#[async_trait]
impl Connector for Scripted {
    fn cloud(&self) -> &CloudInfo {
        &self.cloud
    }

    fn capability(&self) -> Capability {
        Capability {
            create_idempotency: CreateIdempotency::CheckOnly,
            power: true,
            reboot: true,
            alter: true,
            snapshot: true,
            images: true,
            quotas: true,
        }
    }

    async fn concretize(&self, requested: &System) -> Result<Vec<System>, ConnectorError> {
        Ok(vec![requested.clone()])
    }

    async fn launch(&self, _request: &LaunchRequest) -> Result<Launched, ConnectorError> {
        Err(unsupported(Operation::Launch))
    }

    async fn status(&self, vm: &CloudVm) -> Result<Observed, ConnectorError> {
        self.script.questions.fetch_add(1, Ordering::SeqCst);
        let state = self.script.states.lock().unwrap().get(&vm.vm.id).copied();
        let _permit = self.script.gate.acquire().await.unwrap();
        self.script.check(Operation::Status, vm)?;
        Ok(Observed {
            state: state.unwrap_or(VmState::Running),
            radl: Arc::clone(&vm.vm.info),
        })
    }

    async fn stop(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.script.set(Operation::Stop, vm, VmState::Stopped)
    }

    async fn start(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        let state = self.script.started.lock().unwrap().get(&vm.vm.id).copied();
        self.script
            .set(Operation::Start, vm, state.unwrap_or(VmState::Running))
    }

    async fn reboot(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.script.check(Operation::Reboot, vm)
    }

    async fn alter(&self, _vm: &CloudVm, _wanted: &Radl) -> Result<Observed, ConnectorError> {
        Err(unsupported(Operation::Alter))
    }

    async fn finalize(&self, _vm: &CloudVm, _last: bool) -> Result<(), ConnectorError> {
        Err(unsupported(Operation::Finalize))
    }

    async fn snapshot(&self, _vm: &CloudVm, _: &Snapshot) -> Result<Image, ConnectorError> {
        Err(unsupported(Operation::Snapshot))
    }

    async fn delete_image(&self, _uri: &str) -> Result<(), ConnectorError> {
        Err(unsupported(Operation::DeleteImage))
    }

    async fn list_images(&self, _filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError> {
        Err(unsupported(Operation::ListImages))
    }

    async fn quotas(&self) -> Result<Quotas, ConnectorError> {
        Err(unsupported(Operation::Quotas))
    }

    async fn find_by_token(
        &self,
        _inf: &InfId,
    ) -> Result<BTreeMap<String, Launched>, ConnectorError> {
        Ok(BTreeMap::new())
    }
}

fn unsupported(operation: Operation) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Unsupported,
        Retry::Never,
        operation,
        "the script cannot do this",
    )
}
