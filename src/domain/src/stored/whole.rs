//! Reading the stored form of an infrastructure.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::reader::{Fields, Place, parse, string};
use super::texts::Documents;
use super::{Origin, StoredError, owners, vms};
use crate::{InfId, Infrastructure, VmId};

/// Counters of old releases, which are 0 since; kept among the unknown keys if they are not.
pub(super) const COUNTERS: [&str; 2] = ["system_counter", "vm_id"];

/// The key that the reference adds to every infrastructure that it reads again, and that its clients see then.
const CONNECTOR: &str = "cloud_connector";

/// What was read, and the id that stands in it.
pub(super) struct Reading {
    pub(super) id: Option<String>,
    pub(super) infrastructure: Infrastructure,
}

/// Reads the stored form of the infrastructure with this id, as any release wrote it.
///
/// Missing fields get the value of a new infrastructure, but `vm_list`, `vm_master`, `auth` and `radl` must be there.
/// Elements of `auth` and `vm_list` may be texts with JSON inside. `configured` of a machine is `false` if it was
/// `null`: what configured it is gone. A text whose own id is another one is refused.
pub fn read(id: &InfId, text: &str, origin: Origin) -> Result<Infrastructure, StoredError> {
    let reading = document(id.clone(), text, origin, usize::MAX)?;
    match reading.id {
        Some(found) if found != id.as_str() => Err(Place::Whole
            .key("id")
            .error("this is not the id of the row that the text stands in")),
        _ => Ok(reading.infrastructure),
    }
}

/// Reads an infrastructure of at most so many machines, and gives it this id.
pub(super) fn document(
    id: InfId,
    text: &str,
    origin: Origin,
    max_vms: usize,
) -> Result<Reading, StoredError> {
    let whole = Place::Whole;
    let value = parse(whole, text)?;
    let Value::Object(map) = value else {
        return Err(whole.expected("an object", &value));
    };
    let mut fields = Fields::new(whole, map);
    let own_id = fields.string("id")?;
    let machines = super::reader::list(whole.key("vm_list"), fields.require("vm_list")?)?;
    if machines.len() > max_vms {
        return Err(whole.key("vm_list").error(format!(
            "at most {max_vms} machines are allowed, and {} found",
            machines.len()
        )));
    }
    let owners = owners::read(whole.key("auth"), fields.require("auth")?)?;
    let master = fields.require("vm_master")?;
    let vm_master = master_number(&master, machines.len())?;
    let radl = match fields.require("radl")? {
        Value::Null => None,
        value => Some(string(whole.key("radl"), value)?),
    };
    let mut documents = Documents::new(origin);
    let radl = documents.parse("radl", radl)?;
    let list = whole.key("vm_list");
    let mut vms = Vec::with_capacity(machines.len());
    for (index, value) in machines.into_iter().enumerate() {
        let vm = vms::read(list.index(index), index, value, &mut documents)?;
        vms.push(Arc::new(vm));
    }
    let private_networks = private_networks(&mut fields)?;
    let snapshots = snapshots(&mut fields)?;
    let infrastructure = Infrastructure {
        id,
        owners,
        radl,
        vms,
        private_networks,
        deleted: fields.boolean("deleted")?.unwrap_or_default(),
        vm_master,
        cont_out: fields.string("cont_out")?.unwrap_or_default(),
        ansible_configured: fields.boolean("ansible_configured")?,
        configured: fields.boolean("configured")?,
        extra_info: fields.map("extra_info")?,
        snapshots,
        creation_date: fields.integer("creation_date")?,
        unknown: rest(fields)?,
    };
    Ok(Reading {
        id: own_id,
        infrastructure,
    })
}

fn master_number(value: &Value, machines: usize) -> Result<Option<VmId>, StoredError> {
    let error = || {
        Place::Whole
            .key("vm_master")
            .error("null or the number of one of the machines was expected")
    };
    if value.is_null() {
        return Ok(None);
    }
    let number = value
        .as_u64()
        .and_then(|number| u32::try_from(number).ok())
        .map(VmId)
        .ok_or_else(error)?;
    if number.index() < machines {
        Ok(Some(number))
    } else {
        Err(error())
    }
}

fn private_networks(fields: &mut Fields<'_>) -> Result<BTreeMap<String, String>, StoredError> {
    let place = Place::Whole.key("private_networks");
    fields
        .map("private_networks")?
        .into_iter()
        .filter(|(_, cloud)| !cloud.is_null())
        .map(|(network, cloud)| {
            let cloud = string(place.key(&network), cloud)?;
            Ok((network, cloud))
        })
        .collect()
}

fn snapshots(fields: &mut Fields<'_>) -> Result<Vec<String>, StoredError> {
    let place = Place::Whole.key("snapshots");
    fields
        .list("snapshots")?
        .into_iter()
        .enumerate()
        .map(|(index, value)| string(place.index(index), value))
        .collect()
}

fn rest(mut fields: Fields<'_>) -> Result<Map<String, Value>, StoredError> {
    let mut counters = Map::new();
    for key in COUNTERS {
        match fields.integer(key)? {
            None | Some(0) => {}
            Some(number) => {
                counters.insert(key.to_owned(), number.into());
            }
        }
    }
    let mut rest = fields.rest();
    rest.extend(counters);
    rest.entry(CONNECTOR).or_insert(Value::Null);
    Ok(rest)
}
