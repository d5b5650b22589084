//! A connector that does what a script says, call by call.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use im_connectors::{
    Capability, CloudVm, Connector, ConnectorError, CreateIdempotency, ErrorKind, Image,
    ImageFilter, LaunchRequest, Launched, Observed, Operation, Quotas, Retry, Snapshot,
};
use im_domain::{CloudInfo, InfId, VmState};
use im_radl::{Radl, System};

/// What happens to one call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// It succeeds.
    Succeed,
    /// It fails.
    Fail(ErrorKind, Retry),
    /// It takes so long, and succeeds.
    Take(Duration),
}

/// Follows its script; when that has ended, every call succeeds at once.
#[derive(Debug)]
pub(crate) struct Scripted {
    cloud: CloudInfo,
    script: Mutex<VecDeque<Step>>,
    calls: Mutex<Vec<Operation>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

// === impl Scripted ===

impl Scripted {
    pub(crate) fn new(script: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self {
            cloud: CloudInfo::new("scripted", "Scripted"),
            script: Mutex::new(script.into_iter().collect()),
            calls: Mutex::default(),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
        })
    }

    /// The calls that arrived.
    pub(crate) fn calls(&self) -> Vec<Operation> {
        self.calls.lock().unwrap().clone()
    }

    /// The greatest number of calls that were under way at a time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    async fn step(&self, operation: Operation) -> Result<(), ConnectorError> {
        self.calls.lock().unwrap().push(operation);
        let step = self.script.lock().unwrap().pop_front();
        match step.unwrap_or(Step::Succeed) {
            Step::Succeed => Ok(()),
            Step::Fail(kind, retry) => {
                let cause = std::io::Error::other("the wire broke");
                let error = ConnectorError::new(kind, retry, operation, "It failed as scripted.");
                Err(error.caused_by(cause))
            }
            Step::Take(time) => {
                let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
                self.most_at_once.fetch_max(now, Ordering::SeqCst);
                tokio::time::sleep(time).await;
                self.at_once.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            }
        }
    }

    fn observed() -> Observed {
        Observed {
            state: VmState::Running,
            radl: Arc::new(Radl::default()),
        }
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
        self.step(Operation::Concretize).await?;
        Ok(vec![requested.clone()])
    }

    async fn launch(&self, _request: &LaunchRequest) -> Result<Launched, ConnectorError> {
        self.step(Operation::Launch).await?;
        Ok(Launched {
            cloud_vm_id: "1".to_owned(),
            observed: Self::observed(),
        })
    }

    async fn status(&self, _vm: &CloudVm) -> Result<Observed, ConnectorError> {
        self.step(Operation::Status).await?;
        Ok(Self::observed())
    }

    async fn stop(&self, _vm: &CloudVm) -> Result<(), ConnectorError> {
        self.step(Operation::Stop).await
    }

    async fn start(&self, _vm: &CloudVm) -> Result<(), ConnectorError> {
        self.step(Operation::Start).await
    }

    async fn reboot(&self, _vm: &CloudVm) -> Result<(), ConnectorError> {
        self.step(Operation::Reboot).await
    }

    async fn alter(&self, _vm: &CloudVm, _wanted: &Radl) -> Result<Observed, ConnectorError> {
        self.step(Operation::Alter).await?;
        Ok(Self::observed())
    }

    async fn finalize(&self, _vm: &CloudVm, _last: bool) -> Result<(), ConnectorError> {
        self.step(Operation::Finalize).await
    }

    async fn snapshot(&self, _vm: &CloudVm, snapshot: &Snapshot) -> Result<Image, ConnectorError> {
        self.step(Operation::Snapshot).await?;
        Ok(Image {
            uri: "scripted://image".to_owned(),
            name: snapshot.name.clone(),
        })
    }

    async fn delete_image(&self, _uri: &str) -> Result<(), ConnectorError> {
        self.step(Operation::DeleteImage).await
    }

    async fn list_images(&self, _filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError> {
        self.step(Operation::ListImages).await?;
        Ok(Vec::new())
    }

    async fn quotas(&self) -> Result<Quotas, ConnectorError> {
        self.step(Operation::Quotas).await?;
        Ok(Quotas::new())
    }

    async fn find_by_token(
        &self,
        _inf: &InfId,
    ) -> Result<BTreeMap<String, Launched>, ConnectorError> {
        self.step(Operation::FindByToken).await?;
        Ok(BTreeMap::new())
    }
}
