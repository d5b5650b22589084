//! The check of systems, and of the wishes and applications in them.

use std::collections::BTreeSet;

use super::document::error;
use super::numbering::Numbering;
use super::rule::{Rule, SIZES, Type, check_feature};
use crate::{CheckError, Feature, Features, Radl};

/// Checks the features of a system of `radl`, or of a soft block in it.
pub(super) fn system(radl: &Radl, features: &Features) -> Result<(), CheckError> {
    features
        .softs()
        .iter()
        .try_for_each(|soft| system(radl, &soft.features))?;
    let mut interfaces = Numbering::new("net_interface");
    let mut disks = Numbering::new("disk");
    let mut connected = BTreeSet::new();
    for (name, feature) in features.iter() {
        if let Some(interface) = interfaces.split(name, feature.line())? {
            if check_interface(radl, name, interface.suffix, feature)? {
                interfaces.count(interface.number);
            }
            if interface.suffix == "connection" {
                connected.insert(interface.number);
            }
        } else if let Some(disk) = disks.split(name, feature.line())? {
            if check_disk(name, disk.suffix, feature)? {
                disks.count(disk.number);
            }
        } else {
            check_simple(radl, name, feature)?;
        }
    }
    interfaces.check()?;
    if !interfaces
        .numbers()
        .all(|number| connected.contains(&number))
    {
        return Err(error(
            crate::Line::NONE,
            "Some net_interface does not have a connection",
        ));
    }
    disks.check()
}

fn check_simple(radl: &Radl, name: &str, feature: &Feature) -> Result<(), CheckError> {
    let rule = match name {
        "spot" => Rule::one_of(&["YES", "NO"]),
        "image_type" => Rule::one_of(&["VMDK", "QCOW", "QCOW2", "RAW"]),
        "cpu.arch" => Rule::one_of(&["I386", "X86_64"]),
        "virtual_system_type" | "ansible_host" => Rule::text(),
        "price" | "cpu.count" => Rule::number(Type::Float, &[""]),
        "cpu.performance" => Rule::number(Type::Float, &["ECU", "GCEU", "HRZ"]),
        "memory.size" => Rule::number(Type::Int, SIZES),
        _ => return Ok(()),
    };
    check_feature(name, feature, &rule)?;
    let is_known_host = |id: &str| radl.ansible_hosts.contains_key(id);
    if name == "ansible_host" && !feature.as_str().is_some_and(is_known_host) {
        return Err(invalid(name, feature));
    }
    Ok(())
}

/// Checks a feature of an interface; false if nothing is known about it.
fn check_interface(
    radl: &Radl,
    name: &str,
    suffix: &str,
    feature: &Feature,
) -> Result<bool, CheckError> {
    if !matches!(suffix, "connection" | "ip" | "dns_name") {
        return Ok(false);
    }
    check_feature(name, feature, &Rule::text())?;
    let is_known_network = |id: &str| radl.networks.contains_key(id);
    if suffix == "connection" && !feature.as_str().is_some_and(is_known_network) {
        return Err(invalid(name, feature));
    }
    Ok(true)
}

/// Checks a feature of a disk; false if nothing is known about it.
fn check_disk(name: &str, suffix: &str, feature: &Feature) -> Result<bool, CheckError> {
    let rule = match suffix {
        "image.url" => Rule {
            of: Type::TextOrList,
            ..Rule::text()
        },
        "image.name"
        | "os.flavour"
        | "os.version"
        | "device"
        | "mount_path"
        | "fstype"
        | "type"
        | "os.credentials.username"
        | "os.credentials.password"
        | "os.credentials.private_key"
        | "os.credentials.public_key"
        | "os.credentials.new.username"
        | "os.credentials.new.password"
        | "os.credentials.new.private_key"
        | "os.credentials.new.public_key" => Rule::text(),
        "os.name" => Rule::one_of(&["LINUX", "WINDOWS", "MAC OS X"]),
        "size" | "free_size" => Rule::number(Type::Float, SIZES),
        "applications" => Rule {
            of: Type::Features,
            ..Rule::text()
        },
        _ => return Ok(false),
    };
    check_feature(name, feature, &rule)?;
    let text = feature.as_str().unwrap_or_default();
    match (suffix, feature) {
        ("os.version", _) if !is_version(text) => Err(invalid(name, feature)),
        ("os.credentials.new.password", _) if !is_strong(text) => Err(invalid(name, feature)),
        ("applications", Feature::Contains(contains)) => contains
            .values()
            .try_for_each(|nested| application(&nested.features))
            .map(|()| true),
        _ => Ok(true),
    }
}

fn application(features: &Features) -> Result<(), CheckError> {
    features
        .softs()
        .iter()
        .try_for_each(|soft| application(&soft.features))?;
    for (name, feature) in features.iter() {
        let rule = match &**name {
            "name" | "path" | "version" => Rule::text(),
            "preinstalled" => Rule::one_of(&["YES", "NO"]),
            _ => continue,
        };
        check_feature(name, feature, &rule)?;
        let text = feature.as_str().unwrap_or_default();
        if (&**name == "name" && text.is_empty()) || (&**name == "version" && !is_version(text)) {
            return Err(invalid(name, feature));
        }
    }
    Ok(())
}

fn invalid(name: &str, feature: &Feature) -> CheckError {
    error(
        feature.line(),
        format!("Invalid value in property '{name}'"),
    )
}

/// Numbers with points between them, or nothing.
fn is_version(text: &str) -> bool {
    text.is_empty()
        || text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Eight characters with a small and a capital letter, a digit and a sign.
fn is_strong(password: &str) -> bool {
    let has = |is: fn(char) -> bool| password.chars().any(is);
    password.chars().count() >= 8
        && has(|c| c.is_lowercase())
        && has(|c| c.is_uppercase())
        && has(|c| c.is_ascii_digit())
        && has(|c| !c.is_alphanumeric())
}
