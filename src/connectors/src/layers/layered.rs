//! A connector around a connector.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use im_domain::{CloudInfo, InfId, VmId};
use im_radl::{Radl, System};

use crate::{
    Capability, CloudVm, Connector, ConnectorError, Image, ImageFilter, LaunchRequest, Launched,
    Observed, Operation, Quotas, Snapshot,
};

/// One attempt of a call, under way.
pub type Attempt<'a, T> = Pin<Box<dyn Future<Output = Result<T, ConnectorError>> + Send + 'a>>;

/// What a layer knows of a call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Which call.
    pub operation: Operation,
    /// Of which cloud.
    pub cloud: &'a CloudInfo,
    /// For which infrastructure, if for one.
    pub inf: Option<&'a InfId>,
    /// For which of its machines, if for one.
    pub vm: Option<VmId>,
}

/// What is done around every call of a connector.
pub trait Layer: Debug + Send + Sync + 'static {
    /// Makes the call: `attempt` begins it, as often as it is called.
    fn around<'a, T: Send + 'a>(
        &'a self,
        call: Call<'a>,
        attempt: impl Fn() -> Attempt<'a, T> + Send + Sync + 'a,
    ) -> impl Future<Output = Result<T, ConnectorError>> + Send + 'a;
}

/// A connector with one layer around it.
#[derive(Debug)]
pub struct Layered<L> {
    layer: L,
    inner: Arc<dyn Connector>,
}

// === impl Layered ===

impl<L: Layer> Layered<L> {
    /// Puts a layer around a connector.
    pub fn wrap(layer: L, inner: Arc<dyn Connector>) -> Arc<dyn Connector> {
        Arc::new(Self { layer, inner })
    }

    fn call(&self, operation: Operation) -> Call<'_> {
        Call {
            operation,
            cloud: self.inner.cloud(),
            inf: None,
            vm: None,
        }
    }

    fn call_of<'a>(&'a self, operation: Operation, vm: &'a CloudVm) -> Call<'a> {
        Call {
            inf: Some(&vm.inf),
            vm: Some(vm.vm.id),
            ..self.call(operation)
        }
    }
}

#[async_trait]
impl<L: Layer> Connector for Layered<L> {
    fn cloud(&self) -> &CloudInfo {
        self.inner.cloud()
    }

    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    fn endpoint(&self) -> String {
        self.inner.endpoint()
    }

    async fn concretize(&self, requested: &System) -> Result<Vec<System>, ConnectorError> {
        let call = self.call(Operation::Concretize);
        self.layer
            .around(call, || self.inner.concretize(requested))
            .await
    }

    async fn launch(&self, request: &LaunchRequest) -> Result<Launched, ConnectorError> {
        let call = Call {
            inf: Some(&request.inf),
            vm: Some(request.vm),
            ..self.call(Operation::Launch)
        };
        self.layer.around(call, || self.inner.launch(request)).await
    }

    async fn status(&self, vm: &CloudVm) -> Result<Observed, ConnectorError> {
        let call = self.call_of(Operation::Status, vm);
        self.layer.around(call, || self.inner.status(vm)).await
    }

    async fn stop(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        let call = self.call_of(Operation::Stop, vm);
        self.layer.around(call, || self.inner.stop(vm)).await
    }

    async fn start(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        let call = self.call_of(Operation::Start, vm);
        self.layer.around(call, || self.inner.start(vm)).await
    }

    async fn reboot(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        let call = self.call_of(Operation::Reboot, vm);
        self.layer.around(call, || self.inner.reboot(vm)).await
    }

    async fn alter(&self, vm: &CloudVm, wanted: &Radl) -> Result<Observed, ConnectorError> {
        let call = self.call_of(Operation::Alter, vm);
        self.layer
            .around(call, || self.inner.alter(vm, wanted))
            .await
    }

    async fn finalize(&self, vm: &CloudVm, last: bool) -> Result<(), ConnectorError> {
        let call = self.call_of(Operation::Finalize, vm);
        self.layer
            .around(call, || self.inner.finalize(vm, last))
            .await
    }

    async fn snapshot(&self, vm: &CloudVm, snapshot: &Snapshot) -> Result<Image, ConnectorError> {
        let call = self.call_of(Operation::Snapshot, vm);
        self.layer
            .around(call, || self.inner.snapshot(vm, snapshot))
            .await
    }

    async fn delete_image(&self, uri: &str) -> Result<(), ConnectorError> {
        let call = self.call(Operation::DeleteImage);
        self.layer
            .around(call, || self.inner.delete_image(uri))
            .await
    }

    async fn list_images(&self, filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError> {
        let call = self.call(Operation::ListImages);
        self.layer
            .around(call, || self.inner.list_images(filter))
            .await
    }

    async fn quotas(&self) -> Result<Quotas, ConnectorError> {
        let call = self.call(Operation::Quotas);
        self.layer.around(call, || self.inner.quotas()).await
    }

    async fn find_by_token(
        &self,
        inf: &InfId,
    ) -> Result<BTreeMap<String, Launched>, ConnectorError> {
        let call = Call {
            inf: Some(inf),
            ..self.call(Operation::FindByToken)
        };
        self.layer
            .around(call, || self.inner.find_by_token(inf))
            .await
    }
}
