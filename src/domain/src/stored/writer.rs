//! Printing the stored form.

use std::collections::HashMap;
use std::sync::Arc;

use im_radl::Radl;
use serde_json::{Map, Value};

use super::json::{self, Items};
use crate::{CloudInfo, Infrastructure, Vm};

/// Documents that were printed already, by address: machines of one request share what was asked for. The borrow
/// keeps every document alive, so an address stands for one document.
#[derive(Default)]
struct Printed<'a> {
    texts: HashMap<*const Radl, String>,
    documents: std::marker::PhantomData<&'a Radl>,
}

/// The stored form.
///
/// Everything of the infrastructure is in it, passwords included. It is what `GET /infrastructures/{id}/data` answers
/// and what [`read()`](super::read()) and [`import()`](super::import()) take.
pub fn write(infrastructure: &Infrastructure) -> String {
    let mut out = String::with_capacity(1024 + 3072 * infrastructure.vms.len());
    let mut printed = Printed::default();
    json::object(&mut out, |fields| {
        fields.string("id", infrastructure.id.as_str());
        json::list(fields.key("vm_list"), |items| {
            for vm in &infrastructure.vms {
                json::object(items.next(), |fields| machine(fields, vm, &mut printed));
            }
        });
        super::owners::print(fields.key("auth"), &infrastructure.owners);
        printed.write(fields.key("radl"), &infrastructure.radl);
        json::object(fields.key("private_networks"), |fields| {
            for (network, cloud) in &infrastructure.private_networks {
                fields.string(network, cloud);
            }
        });
        counter(fields, "system_counter", &infrastructure.unknown);
        fields.boolean("deleted", infrastructure.deleted);
        fields.optional_integer(
            "vm_master",
            infrastructure.vm_master.map(|id| i64::from(id.0)),
        );
        counter(fields, "vm_id", &infrastructure.unknown);
        fields.string("cont_out", &infrastructure.cont_out);
        fields.optional_boolean("ansible_configured", infrastructure.ansible_configured);
        fields.optional_boolean("configured", infrastructure.configured);
        fields.map("extra_info", &infrastructure.extra_info);
        json::list(fields.key("snapshots"), |items| {
            for snapshot in &infrastructure.snapshots {
                json::string(items.next(), snapshot);
            }
        });
        fields.optional_integer("creation_date", infrastructure.creation_date);
        for (key, value) in &infrastructure.unknown {
            if !super::whole::COUNTERS.contains(&key.as_str()) {
                json::value(fields.key(key), value);
            }
        }
    });
    out
}

fn machine<'a>(fields: &mut Items<'_>, vm: &'a Vm, printed: &mut Printed<'a>) {
    fields.integer("last_update", vm.last_update);
    fields.boolean("destroy", vm.destroyed);
    fields.string("state", vm.state.as_str());
    fields.optional_string("id", vm.cloud_vm_id.as_deref());
    fields.integer("im_id", i64::from(vm.id.0));
    fields.integer("creation_im_id", i64::from(vm.creation_id.0));
    json::object(fields.key("cloud"), |fields| cloud(fields, &vm.cloud));
    printed.write(fields.key("info"), &vm.info);
    printed.write(fields.key("requested_radl"), &vm.requested);
    fields.string("cont_out", &vm.cont_out);
    fields.optional_boolean("configured", vm.configured);
    fields.optional_string("ctxt_pid", vm.ctxt_pid.as_deref());
    fields.integer("ssh_connect_errors", i64::from(vm.ssh_connect_errors));
    fields.boolean("creating", vm.creating);
    fields.optional_string("error_msg", vm.error_msg.as_deref());
    fields.boolean("deleting", vm.deleting);
    fields.optional_integer("creation_date", vm.creation_date);
    for (key, value) in &vm.unknown {
        json::value(fields.key(key), value);
    }
}

fn cloud(fields: &mut Items<'_>, cloud: &CloudInfo) {
    fields.string("id", &cloud.id);
    fields.string("type", &cloud.kind);
    fields.string("server", &cloud.server);
    fields.integer("port", cloud.port);
    fields.string("protocol", &cloud.protocol);
    fields.string("path", &cloud.path);
    fields.map("extra", &cloud.extra);
}

/// A counter that is always 0 now; what an old row had is kept.
fn counter(fields: &mut Items<'_>, key: &str, unknown: &Map<String, Value>) {
    match unknown.get(key) {
        Some(value) => json::value(fields.key(key), value),
        None => fields.integer(key, 0),
    }
}

// === impl Printed ===

impl<'a> Printed<'a> {
    fn write(&mut self, out: &mut String, document: &'a Arc<Radl>) {
        let text = self.texts.entry(Arc::as_ptr(document)).or_insert_with(|| {
            let mut text = String::new();
            json::string(&mut text, &document.to_text());
            text
        });
        out.push_str(text);
    }
}
