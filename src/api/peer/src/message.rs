//! What is said in a sealed message.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use im_api_server::Peer;
use im_cluster::status::{NodeReport, RunningOperation};
use im_domain::{BootId, InfId};
use im_telemetry::traces::Carried;
use im_telemetry::{LevelChange, LevelReport};
use serde::{Deserialize, Serialize};

/// A request of one life of a node to another.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) to: BootId,
    pub(crate) from: BootId,
    /// Never used again by the sender.
    pub(crate) number: u64,
    /// The place of the question in a trace. Nodes of earlier versions neither send nor read it.
    #[serde(default, skip_serializing_if = "Carried::is_empty")]
    pub(crate) trace: Carried,
    pub(crate) what: What,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum What {
    HandOver {
        id: InfId,
    },
    Offer {
        id: InfId,
    },
    Report,
    /// A question of an operator about the log, or a change of its levels.
    Levels(LevelChange),
    /// A request of a client; its body follows the message.
    Forward(Head),
}

/// An API that clients talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientApi {
    /// REST.
    Rest,
    /// XML-RPC.
    XmlRpc,
}

/// The head of a client's request, and the connection on which it came.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) api: ClientApi,
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) connection: Option<Connection>,
}

/// The connection between a client and the node that it talks to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Connection {
    client: SocketAddr,
    local: SocketAddr,
    tls: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Not the life that was meant, or seen before: nothing was done.
    Refused,
    HandedOver {
        released: bool,
    },
    Offered,
    Report(Reported),
    /// What holds of the log now, or a sentence that says why nothing was changed.
    Levels(Result<LevelReport, String>),
    /// This node does not own it: nothing was done.
    NotMine,
    /// What the client is to be told; the body follows the message.
    Served {
        status: u16,
        headers: Vec<(String, Vec<u8>)>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reported {
    held: u64,
    running: Vec<(InfId, String, u64)>,
    draining: bool,
    fresh: bool,
    leases_reachable: Option<bool>,
}

/// Headers that belong to one connection, and those that are set anew by the node that the client talks to.
const NOT_FORWARDED: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "infid",
];

/// A message and the bytes that follow it, in one piece: the length of the message in four bytes, it, and they.
pub(crate) fn join<T: Serialize>(message: &T, body: &[u8]) -> Option<Vec<u8>> {
    let message = serde_json::to_vec(message).ok()?;
    let length = u32::try_from(message.len()).ok()?;
    let mut joined = Vec::with_capacity(4 + message.len() + body.len());
    joined.extend_from_slice(&length.to_be_bytes());
    joined.extend_from_slice(&message);
    joined.extend_from_slice(body);
    Some(joined)
}

/// Takes apart what [`join`] has put together.
pub(crate) fn part<T: for<'de> Deserialize<'de>>(joined: Vec<u8>) -> Option<(T, Bytes)> {
    let joined = Bytes::from(joined);
    let length = u32::from_be_bytes(joined.get(..4)?.try_into().ok()?);
    let end = usize::try_from(length).ok()?.checked_add(4)?;
    let message = serde_json::from_slice(joined.get(4..end)?).ok()?;
    Some((message, joined.slice(end..)))
}

/// The infrastructure that an answer was given as the owner of.
pub(crate) fn owned(headers: &HeaderMap) -> Option<InfId> {
    headers.get("infid")?.to_str().ok()?.parse().ok()
}

/// Headers that go from node to node.
pub(crate) fn headers_out<'a>(
    headers: impl IntoIterator<Item = (&'a HeaderName, &'a HeaderValue)>,
) -> Vec<(String, Vec<u8>)> {
    headers
        .into_iter()
        .filter(|(name, _)| !NOT_FORWARDED.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect()
}

/// Headers that came from a node.
pub(crate) fn headers_in(pairs: Vec<(String, Vec<u8>)>) -> HeaderMap {
    pairs
        .into_iter()
        .filter_map(|(name, value)| {
            let name: HeaderName = name.parse().ok()?;
            let mut value = HeaderValue::from_bytes(&value).ok()?;
            value.set_sensitive(name == http::header::AUTHORIZATION);
            (!NOT_FORWARDED.contains(&name.as_str())).then_some((name, value))
        })
        .collect()
}

// === impl What ===

impl What {
    /// A word for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::HandOver { .. } => "hand_over",
            Self::Offer { .. } => "offer",
            Self::Report => "report",
            Self::Levels(_) => "levels",
            Self::Forward(_) => "forward",
        }
    }
}

// === impl Connection ===

impl From<Peer> for Connection {
    fn from(peer: Peer) -> Self {
        Self {
            client: peer.address,
            local: peer.local,
            tls: peer.tls,
        }
    }
}

impl From<Connection> for Peer {
    fn from(connection: Connection) -> Self {
        Self {
            address: connection.client,
            local: connection.local,
            tls: connection.tls,
        }
    }
}

// === impl Reported ===

impl From<NodeReport> for Reported {
    fn from(report: NodeReport) -> Self {
        let millis = |age: std::time::Duration| u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        Self {
            held: report.held,
            running: report
                .running
                .into_iter()
                .map(|running| (running.id, running.kind, millis(running.age)))
                .collect(),
            draining: report.draining,
            fresh: report.fresh,
            leases_reachable: report.leases_reachable,
        }
    }
}

impl From<Reported> for NodeReport {
    fn from(reported: Reported) -> Self {
        Self {
            held: reported.held,
            running: reported
                .running
                .into_iter()
                .map(|(id, kind, millis)| RunningOperation {
                    id,
                    kind,
                    age: std::time::Duration::from_millis(millis),
                })
                .collect(),
            draining: reported.draining,
            fresh: reported.fresh,
            leases_reachable: reported.leases_reachable,
        }
    }
}
