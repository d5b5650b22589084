//! What an infrastructure takes in memory.

use im_radl::Footprint;
use serde_json::{Map, Value};

use crate::{CloudInfo, Infrastructure, Vm};

/// An entry of a [`Map`]: its hash, its key, its value and its place in the index.
const ENTRY: usize = size_of::<(u64, String, Value)>() + size_of::<usize>();

/// The two counts before what an [`Arc`](std::sync::Arc) holds.
const COUNTS: usize = 2 * size_of::<usize>();

// === impl Infrastructure ===

impl Infrastructure {
    /// The bytes that it takes in memory, near the truth: what its machines share is counted once. Takes time in
    /// proportion to the number of their features.
    pub fn footprint(&self) -> usize {
        let mut all = Footprint::default();
        all.add(COUNTS + size_of::<Self>());
        all.document(&self.radl);
        all.add(self.vms.capacity() * size_of::<usize>());
        for vm in &self.vms {
            machine(&mut all, vm);
        }
        for owner in &self.owners {
            all.add(size_of_val(owner));
            map(&mut all, owner.fields());
        }
        all.add(self.cont_out.capacity());
        map(&mut all, &self.extra_info);
        map(&mut all, &self.unknown);
        for (network, cloud) in &self.private_networks {
            all.add(size_of::<(String, String)>() + network.len() + cloud.len());
        }
        for snapshot in &self.snapshots {
            all.add(size_of_val(snapshot) + snapshot.len());
        }
        all.bytes()
    }
}

fn machine(all: &mut Footprint, vm: &Vm) {
    all.add(COUNTS + size_of::<Vm>());
    all.document(&vm.info);
    all.document(&vm.requested);
    all.add(vm.cont_out.capacity());
    let texts = [&vm.cloud_vm_id, &vm.ctxt_pid, &vm.error_msg];
    for text in texts.into_iter().flatten() {
        all.add(text.capacity());
    }
    let CloudInfo {
        id,
        kind,
        server,
        protocol,
        path,
        extra,
        ..
    } = &vm.cloud;
    for text in [id, kind, server, protocol, path] {
        all.add(text.capacity());
    }
    map(all, extra);
    map(all, &vm.unknown);
}

fn map(all: &mut Footprint, entries: &Map<String, Value>) {
    all.add(entries.len() * ENTRY);
    for (key, entry) in entries {
        all.add(key.capacity());
        value(all, entry);
    }
}

/// Values are as deep as the reader of JSON lets them be.
fn value(all: &mut Footprint, of: &Value) {
    match of {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => all.add(text.capacity()),
        Value::Array(values) => {
            all.add(values.capacity() * size_of::<Value>());
            values.iter().for_each(|item| value(all, item));
        }
        Value::Object(entries) => map(all, entries),
    }
}
