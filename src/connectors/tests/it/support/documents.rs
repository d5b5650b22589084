//! Documents, requests and remembered machines.

use std::sync::Arc;

use im_connectors::{CloudVm, Connector, LaunchRequest, Launched};
use im_domain::{InfId, Vm, VmId, VmState};
use im_radl::Radl;
use serde_json::Map;

/// A document from its text.
pub(crate) fn document(text: &str) -> Radl {
    Radl::parse(text).unwrap()
}

/// The first system of a document, as text without line ends.
pub(crate) fn system_text(document: &Radl) -> String {
    let mut alone = Radl::default();
    alone.put_system(document.first_system().unwrap().clone());
    alone
        .to_text()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A request for machine 0 of a new infrastructure, concretized for a cloud.
pub(crate) async fn request(connector: &dyn Connector, text: &str, token: &str) -> LaunchRequest {
    let mut radl = document(text);
    let systems = connector.concretize(radl.first_system().unwrap()).await;
    radl.put_system(systems.unwrap().remove(0));
    LaunchRequest {
        inf: InfId::random(),
        vm: VmId(0),
        token: token.to_owned(),
        name: "vnode-0".to_owned(),
        radl: Arc::new(radl),
        tags: Vec::new(),
    }
}

/// Launches a machine, and remembers it as the service does.
pub(crate) async fn launch(connector: &dyn Connector, text: &str, token: &str) -> CloudVm {
    let request = request(connector, text, token).await;
    let launched = connector.launch(&request).await.unwrap();
    remembered(connector, &request, &launched)
}

/// A launched machine, as the service remembers it.
pub(crate) fn remembered(
    connector: &dyn Connector,
    request: &LaunchRequest,
    launched: &Launched,
) -> CloudVm {
    CloudVm {
        inf: request.inf.clone(),
        vm: Arc::new(Vm {
            cloud_vm_id: Some(launched.cloud_vm_id.clone()),
            state: launched.observed.state,
            info: launched.observed.radl.clone(),
            requested: request.radl.clone(),
            ..machine_of(connector)
        }),
    }
}

/// A machine of a cloud of which nothing else is known.
pub(crate) fn machine_of(connector: &dyn Connector) -> Vm {
    Vm {
        id: VmId(0),
        creation_id: VmId(0),
        cloud_vm_id: None,
        state: VmState::Pending,
        destroyed: false,
        deleting: false,
        creating: false,
        last_update: 0,
        cloud: connector.cloud().clone(),
        info: Arc::new(Radl::default()),
        requested: Arc::new(Radl::default()),
        cont_out: String::new(),
        configured: None,
        ctxt_pid: None,
        ssh_connect_errors: 0,
        error_msg: None,
        creation_date: None,
        unknown: Map::new(),
    }
}
