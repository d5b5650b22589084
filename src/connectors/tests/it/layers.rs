//! The layers, one by one and together. Time stands still where nobody waits.

mod chaos;
mod limit;
mod retry;
mod stacked;
mod timeout;
mod trace;

use im_connectors::layers::{Layer, Layered};
use im_connectors::{CloudVm, Connector, LaunchRequest};
use im_domain::InfId;
use std::sync::Arc;

use crate::support::{Scripted, Step, machine_of, request};

const SYSTEM: &str = "system node (disk.0.image.url = 'x://y')";

/// A scripted cloud with one layer around it.
fn layered<L: Layer>(
    layer: L,
    script: impl IntoIterator<Item = Step>,
) -> (Arc<dyn Connector>, Arc<Scripted>) {
    let scripted = Scripted::new(script);
    (Layered::wrap(layer, scripted.clone()), scripted)
}

fn some_vm(connector: &dyn Connector) -> CloudVm {
    CloudVm {
        inf: InfId::random(),
        vm: Arc::new(machine_of(connector)),
    }
}

async fn some_request() -> LaunchRequest {
    request(&*Scripted::new([]), SYSTEM, "token").await
}
