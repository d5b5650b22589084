//! The ports of a network that are reachable from outside: `22,8080/tcp-80,10.0.0.0/8-9000:9100/udp`.

use std::fmt;

/// A port, a mapping of ports, or a range of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outport {
    /// The port seen from outside; the first port of a range.
    pub remote: u64,
    /// The port on the machine; the last port of a range.
    pub local: u64,
    /// The protocol.
    pub protocol: Protocol,
    /// Whether this is a range.
    pub range: bool,
    /// The addresses that may connect, as written; everyone if absent.
    pub remote_cidr: Option<String>,
}

/// A protocol of an [`Outport`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP, also if nothing is said.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP.
    Icmp,
}

/// Why the text of `outports` was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutportsError {
    /// It does not follow the syntax.
    #[error("Invalid outports format.")]
    Format,
    /// A mapping names two protocols.
    #[error("Different protocols used in local and remote outports.")]
    Protocols,
}

// === impl Protocol ===

impl Protocol {
    /// The protocol as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads the value of `outports`: elements separated by commas, without blanks.
///
/// An element is `PORT`, `REMOTE-LOCAL` or `FIRST:LAST`, each number or range perhaps followed by `/PROTOCOL`, and
/// the whole perhaps preceded by `CIDR-`. The target of a mapped range is ignored.
pub(crate) fn parse(text: &str) -> Result<Vec<Outport>, OutportsError> {
    text.split(',').map(element).collect()
}

fn element(text: &str) -> Result<Outport, OutportsError> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (remote_cidr, ports) = match split_cidr(text) {
        Some((cidr, ports)) => (Some(cidr.to_owned()), ports),
        None => (None, text),
    };
    let (remote, local) = match ports.split_once('-') {
        Some((remote, local)) => (end(remote)?, Some(end(local)?)),
        None => (end(ports)?, None),
    };
    let protocol = match (
        remote.protocol,
        local.as_ref().and_then(|local| local.protocol),
    ) {
        (Some(remote), Some(local)) if remote != local => return Err(OutportsError::Protocols),
        (remote, local) => remote.or(local).unwrap_or(Protocol::Tcp),
    };
    let (local_port, range) = match (remote.last, local) {
        (Some(last), _) => (last, true),
        (None, Some(local)) => (local.first, false),
        (None, None) => (remote.first, false),
    };
    Ok(Outport {
        remote: remote.first,
        local: local_port,
        protocol,
        range,
        remote_cidr,
    })
}

/// `PORT[:PORT][/PROTOCOL]`
struct End {
    first: u64,
    last: Option<u64>,
    protocol: Option<Protocol>,
}

fn end(text: &str) -> Result<End, OutportsError> {
    let (ports, protocol) = match text.split_once('/') {
        Some((ports, "tcp")) => (ports, Some(Protocol::Tcp)),
        Some((ports, "udp")) => (ports, Some(Protocol::Udp)),
        Some((ports, "icmp")) => (ports, Some(Protocol::Icmp)),
        Some(_) => return Err(OutportsError::Format),
        None => (text, None),
    };
    let (first, last) = match ports.split_once(':') {
        Some((first, last)) => (port(first)?, Some(port(last)?)),
        None => (port(ports)?, None),
    };
    Ok(End {
        first,
        last,
        protocol,
    })
}

fn port(text: &str) -> Result<u64, OutportsError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits {
        text.parse().map_err(|_| OutportsError::Format)
    } else {
        Err(OutportsError::Format)
    }
}

/// Splits `CIDR-` off. Any character may stand in the places of the three points.
fn split_cidr(text: &str) -> Option<(&str, &str)> {
    let (network, rest) = text.split_once('/')?;
    let (mask, ports) = rest.split_once('-')?;
    let is_mask = !mask.is_empty() && mask.bytes().all(|b| b.is_ascii_digit());
    if is_mask && is_address(network) {
        text.get(..network.len() + 1 + mask.len()).zip(Some(ports))
    } else {
        None
    }
}

/// Four groups of digits with one character between them. `states` holds a bit for each way to be in the middle of
/// it: bit 2N before the first digit of group N, bit 2N+1 behind a digit of it.
fn is_address(text: &str) -> bool {
    let (mut states, ends) = (1_u8, 0b1000_0000);
    for character in text.chars() {
        let behind_digit = states & 0b1010_1010;
        let separated = (behind_digit & !ends) << 1;
        let digit = if character.is_ascii_digit() {
            behind_digit | (states & 0b0101_0101) << 1
        } else {
            0
        };
        states = separated | digit;
    }
    states & ends != 0
}
