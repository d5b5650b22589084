//! Reverse SSH tunnels: how a machine that nobody can reach offers its SSH port to the machine that configures it.
//!
//! The machine asks this service for the command, with its owner's credentials, and runs it in a shell. Everything
//! that comes from a document stands in single quotes there.

use std::net::IpAddr;

use im_domain::{Infrastructure, Vm};
use im_radl::System;

/// The port of the master at which machine 0 is offered; the others follow by their numbers.
const FIRST_PORT: u32 = 20_000;

/// The command for a machine. `None` if it has a public address itself, or as long as there is no master with one
/// that runs and has credentials to enter it. `masks` are the blocks of private addresses.
pub(crate) fn command(
    infrastructure: &Infrastructure,
    vm: &Vm,
    masks: &[String],
) -> Option<String> {
    let port = FIRST_PORT.checked_add(vm.creation_id.0)?;
    if port > u32::from(u16::MAX) || public_address(vm, masks).is_some() {
        return None;
    }
    let master = infrastructure.vm(infrastructure.vm_master?)?;
    if master.destroyed || !master.state.is_up() || master.id == vm.id {
        return None;
    }
    let address = public_address(master, masks)?;
    let system = master.info.first_system()?;
    let user = quoted(text(system, "disk.0.os.credentials.username")?);
    let target = format!("-l {user} {address}");
    let options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
                   -o ServerAliveInterval=60 -o ExitOnForwardFailure=yes";
    let tunnel = format!("-N -R {port}:localhost:22 {options}");
    if let Some(key) = text(system, "disk.0.os.credentials.private_key") {
        let key = quoted(key);
        return Some(format!(
            "key=$(mktemp) && printf '%s\\n' {key} > \"$key\" && chmod 400 \"$key\" && ssh {tunnel} -i \"$key\" {target}"
        ));
    }
    let password = quoted(text(system, "disk.0.os.credentials.password")?);
    Some(format!(
        "SSHPASS={password} sshpass -e ssh {tunnel} {target}"
    ))
}

fn text<'a>(system: &'a System, feature: &str) -> Option<&'a str> {
    let value = system.features.get_str(feature)?;
    (!value.is_empty()).then_some(value)
}

fn public_address(vm: &Vm, masks: &[String]) -> Option<IpAddr> {
    let system = vm.info.first_system()?;
    (0..system.num_interfaces())
        .filter_map(|interface| system.interface_ip(interface)?.parse().ok())
        .find(|address| !masks.iter().any(|mask| is_in(mask, *address)))
}

/// Whether an address is in a block, as `10.0.0.0/8`.
fn is_in(mask: &str, address: IpAddr) -> bool {
    let Some((network, length)) = mask.trim().split_once('/') else {
        return false;
    };
    let (Ok(network), Ok(length)) = (network.parse::<IpAddr>(), length.parse::<u32>()) else {
        return false;
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) if length <= 32 => {
            let shift = 32 - length;
            u64::from(network.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
        }
        (IpAddr::V6(network), IpAddr::V6(address)) if (1..=128).contains(&length) => {
            let shift = 128 - length;
            network.to_bits() >> shift == address.to_bits() >> shift
        }
        _ => false,
    }
}

/// The text in single quotes, which a shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
