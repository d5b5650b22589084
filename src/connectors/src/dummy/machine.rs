//! What a machine of the cloud `Dummy` looks like in its document.

use std::sync::Arc;

use im_radl::{Features, Operator, Quantity, Radl, System};

use super::TYPE;
use crate::estimate::rounded;
use crate::{ConnectorError, Operation};

/// The address that every machine has, on its first interface.
const ADDRESS: &str = "10.0.0.1";
/// Who can log in, in words.
const USER: &str = "username";
/// With which password.
const PASSWORD: &str = "password";

/// What the cloud decides, in the order of the features.
const DECIDED: [(&str, &str); 4] = [
    ("provider.type", TYPE),
    ("net_interface.0.ip", ADDRESS),
    ("disk.0.os.credentials.username", USER),
    ("disk.0.os.credentials.password", PASSWORD),
];

/// The system with what is known before a launch.
pub(super) fn prepare(mut system: System) -> System {
    system.features.set_str("provider.type", TYPE);
    system
}

/// The document of a machine that was just launched.
pub(super) fn launched(request: &Arc<Radl>) -> Arc<Radl> {
    let mut document = Radl::clone(request);
    if let Some(system) = document.first_system_mut() {
        for (name, value) in DECIDED {
            system.features.set_str(name, value);
        }
    }
    Arc::new(document)
}

/// The document of a machine that has existed for a while: what the cloud decides is added where it is missing.
/// Credentials that were changed since stay.
pub(super) fn observed(remembered: &Arc<Radl>) -> Arc<Radl> {
    let is_complete = |system: &System| DECIDED.iter().all(|(name, _)| system.features.has(name));
    if remembered.first_system().is_none_or(is_complete) {
        return remembered.clone();
    }
    let mut document = Radl::clone(remembered);
    if let Some(system) = document.first_system_mut() {
        for (name, value) in DECIDED {
            if !system.features.has(name) {
                system.features.set_str(name, value);
            }
        }
    }
    Arc::new(document)
}

/// The document of a machine after its size was changed to what another document asks for.
///
/// Processors and memory become single values, memory in whole units of 10^6 bytes. Disks that the machine does not
/// have are added; those it has stay.
pub(super) fn altered(remembered: &Arc<Radl>, wanted: &Radl) -> Result<Arc<Radl>, ConnectorError> {
    let mut document = Radl::clone(remembered);
    let Some(system) = document.first_system_mut() else {
        return Err(refusal("The machine has no system that could be altered."));
    };
    let Some(wanted) = wanted.system(&system.id) else {
        return Err(refusal(format!(
            "Incorrect RADL no system with name {} provided.",
            system.id
        )));
    };
    let disks = new_disks(system, wanted)?;
    let cpu = wanted.features.get_number("cpu.count");
    let memory = wanted.features.get_number("memory.size");
    if memory.is_none() && (cpu.is_some() || disks.is_empty()) {
        return Err(refusal(
            "The new size of a machine needs a value of memory.size.",
        ));
    }
    if let Some(count) = cpu {
        let count = Quantity::plain(count.base());
        system
            .features
            .set_number("cpu.count", Operator::Equal, count);
    }
    if let Some(memory) = memory {
        let bytes = memory.base().to_u64();
        let bytes = bytes.ok_or_else(|| {
            refusal("The value of memory.size must be a number of bytes from 0 to 2^64-1.")
        })?;
        let megabytes = Quantity::with_unit(rounded(bytes, 1_000_000), "M");
        system
            .features
            .set_number("memory.size", Operator::Equal, megabytes);
    }
    copy_disks(&mut system.features, &wanted.features, &disks);
    Ok(Arc::new(document))
}

/// The numbers of the disks that are to be added.
fn new_disks(system: &System, wanted: &System) -> Result<Vec<u32>, ConnectorError> {
    let present = system.disks();
    let added: Vec<u32> = wanted
        .disks()
        .into_iter()
        .filter(|disk| *disk > 0 && !present.contains(disk))
        .collect();
    let first = present.last().map_or(1, |last| last.saturating_add(1));
    for (expected, disk) in (first..).zip(&added) {
        if expected != *disk {
            return Err(refusal(format!(
                "The disks of a machine have consecutive numbers: expected disk.{expected}, found disk.{disk}."
            )));
        }
    }
    Ok(added)
}

fn copy_disks(to: &mut Features, from: &Features, disks: &[u32]) {
    for disk in disks {
        let prefix = format!("disk.{disk}.");
        for (part, value) in from.with_prefix(&prefix) {
            to.set(format!("{prefix}{part}"), value.clone());
        }
    }
}

fn refusal(message: impl Into<String>) -> ConnectorError {
    ConnectorError::invalid(Operation::Alter, message)
}
