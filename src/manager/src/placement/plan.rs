//! From a placement to machines of an infrastructure, as they are recorded before any cloud is called.

use std::collections::HashMap;
use std::sync::Arc;

use im_domain::{CloudInfo, Infrastructure, Vm, VmId, VmState};
use im_radl::Radl;
use serde_json::Map;

use super::{Placement, names, private_connections};
use crate::launch::{self, LaunchGroup};
use crate::{ManagerSettings, vm_state};

/// Adds the machines that a document deploys, in the order of its deploys, each in the first cloud that can take it,
/// as `creating`; and notes where its private networks will be.
pub(crate) fn plan(
    infrastructure: &mut Infrastructure,
    document: &Radl,
    placement: Placement,
    settings: &ManagerSettings,
    now: i64,
) -> Vec<LaunchGroup> {
    let mut groups: Vec<LaunchGroup> = Vec::with_capacity(placement.groups.len());
    let mut group_of: HashMap<usize, usize> = HashMap::new();
    for group in placement.groups {
        for deploy in group.deploys {
            group_of.insert(deploy, groups.len());
        }
        groups.push(LaunchGroup::new(group.candidates));
    }
    for (position, deploy) in document.deploys.iter().enumerate() {
        let group = group_of
            .get(&position)
            .and_then(|index| groups.get_mut(*index));
        let (Some(group), Some(requested)) = (group, document.for_machine_of(&deploy.system))
        else {
            continue;
        };
        let Some(cloud) = group.cloud().cloned() else {
            continue;
        };
        let requested = Arc::new(requested);
        note_networks(infrastructure, &requested, &cloud.id);
        for _ in 0..deploy.count().unwrap_or_default() {
            let id = infrastructure.next_vm_id();
            infrastructure
                .vms
                .push(Arc::new(machine(id, &requested, &cloud, settings, now)));
            group.vms.push(id);
        }
    }
    groups
}

/// Notes that the private networks of a machine's document lie in a cloud.
pub(crate) fn note_networks(infrastructure: &mut Infrastructure, requested: &Radl, cloud: &str) {
    let Some(system) = requested.first_system() else {
        return;
    };
    for network in private_connections(requested, system) {
        infrastructure
            .private_networks
            .insert(network.to_owned(), cloud.to_owned());
    }
}

fn machine(
    id: VmId,
    requested: &Arc<Radl>,
    cloud: &CloudInfo,
    settings: &ManagerSettings,
    now: i64,
) -> Vm {
    let mut info = Radl::clone(requested);
    if let Some(system) = info.first_system_mut() {
        names::set_dns_names(system, id, settings);
    }
    let mut vm = Vm {
        id,
        creation_id: id,
        cloud_vm_id: None,
        state: VmState::Pending,
        destroyed: false,
        deleting: false,
        creating: false,
        last_update: 0,
        cloud: cloud.clone(),
        info: Arc::new(info),
        requested: Arc::clone(requested),
        cont_out: String::new(),
        configured: None,
        ctxt_pid: None,
        ssh_connect_errors: 0,
        error_msg: None,
        creation_date: Some(now),
        unknown: Map::new(),
    };
    vm_state::set(&mut vm, VmState::Pending);
    launch::begin(&mut vm);
    vm
}
