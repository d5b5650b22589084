//! Machines in the stored form.

use serde_json::Value;

use super::StoredError;
use super::reader::{Fields, Place, object};
use super::texts::Documents;
use crate::{CloudInfo, Vm, VmId, VmState};

/// Reads the machine at a position of the list.
pub(super) fn read(
    place: Place<'_>,
    position: usize,
    value: Value,
    documents: &mut Documents,
) -> Result<Vm, StoredError> {
    let mut fields = Fields::new(place, object(place, value)?);
    let id = number(place, position, &mut fields)?;
    let state = match fields.string("state")? {
        None => VmState::Unknown,
        Some(word) => VmState::from_word(&word).ok_or_else(|| {
            place
                .key("state")
                .error("the state of a machine was expected")
        })?,
    };
    let info = fields.string("info")?;
    let requested = fields.string("requested_radl")?;
    let info = documents.parse(&place.key("info").to_string(), info)?;
    let requested = documents.parse(&place.key("requested_radl").to_string(), requested)?;
    Ok(Vm {
        id,
        creation_id: fields.natural("creation_im_id")?.map_or(id, VmId),
        cloud_vm_id: fields.text_or_number("id")?,
        state,
        destroyed: fields.boolean("destroy")?.unwrap_or_default(),
        deleting: fields.boolean("deleting")?.unwrap_or_default(),
        creating: fields.boolean("creating")?.unwrap_or_default(),
        last_update: fields.integer("last_update")?.unwrap_or_default(),
        cloud: cloud(place.key("cloud"), fields.take("cloud"))?,
        info,
        requested,
        cont_out: fields.string("cont_out")?.unwrap_or_default(),
        // Whatever configured it is gone with the process that wrote the row.
        configured: Some(fields.boolean("configured")?.unwrap_or_default()),
        ctxt_pid: fields.text_or_number("ctxt_pid")?,
        ssh_connect_errors: fields.natural("ssh_connect_errors")?.unwrap_or_default(),
        error_msg: fields.string("error_msg")?,
        creation_date: fields.integer("creation_date")?,
        unknown: fields.rest(),
    })
}

/// The number of a machine is its position; a row that says otherwise would answer for the wrong machine.
fn number(place: Place<'_>, position: usize, fields: &mut Fields<'_>) -> Result<VmId, StoredError> {
    let expected = u32::try_from(position)
        .map_err(|_| place.error("an infrastructure cannot have that many machines"))?;
    match fields.natural("im_id")? {
        Some(found) if found != expected => Err(place.key("im_id").error(format!(
            "machines are numbered by their position, so {expected} was expected, and {found} found"
        ))),
        _ => Ok(VmId(expected)),
    }
}

fn cloud(place: Place<'_>, value: Option<Value>) -> Result<CloudInfo, StoredError> {
    let Some(value) = value else {
        return Ok(CloudInfo::new("", ""));
    };
    let mut fields = Fields::new(place, object(place, value)?);
    let port = fields.integer("port")?.unwrap_or(CloudInfo::NO_PORT);
    if !(CloudInfo::NO_PORT..=65_535).contains(&port) {
        return Err(place
            .key("port")
            .error("a port from 0 to 65535, or -1 for none, was expected"));
    }
    let mut cloud = CloudInfo {
        id: fields.text_or_number("id")?.unwrap_or_default(),
        kind: fields.string("type")?.unwrap_or_default(),
        server: fields.string("server")?.unwrap_or_default(),
        port,
        protocol: fields.string("protocol")?.unwrap_or_default(),
        path: fields.string("path")?.unwrap_or_default(),
        extra: fields.map("extra")?,
    };
    // A key that this release does not know is something that a type of cloud needs, too.
    for (key, value) in fields.rest() {
        cloud.extra.entry(key).or_insert(value);
    }
    Ok(cloud)
}
