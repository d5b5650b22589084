//! What nodes ask of each other, without the protocol in which they ask.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use im_domain::{BootId, InfId};
use thiserror::Error;

use crate::status::NodeReport;

/// Another node, in one of its lives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Peer {
    /// Its life. A request for one life is not answered by another.
    pub boot: BootId,
    /// Where its peer listener is: `host:port`.
    pub address: String,
}

/// This node does not own an infrastructure, and nothing was done: send the request to who does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Which.
    pub id: InfId,
    /// Who does.
    pub peer: Peer,
}

/// What an owner answers to the request to hand over an infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// The row names nobody now, or somebody else.
    Released,
    /// It is in use here: forward.
    Busy,
}

/// Why a peer did not answer. All that is asked here may be repeated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("node {address} does not answer: {reason}")]
pub struct PeerError {
    /// Who was asked.
    pub address: String,
    /// For the log.
    pub reason: String,
    /// Whether it may have done what it was asked: `false` if no connection could be made.
    pub may_be_done: bool,
}

/// The way to the other nodes. Calls end within a second or so.
#[async_trait]
pub trait Peers: Send + Sync + fmt::Debug {
    /// Asks the owner to give back an infrastructure that it does not use. `from`: who asks.
    async fn hand_over(
        &self,
        owner: &Peer,
        from: BootId,
        id: &InfId,
    ) -> Result<HandOver, PeerError>;

    /// Tells a node through which many requests come that an infrastructure is there to be taken.
    async fn offer(&self, to: &Peer, from: BootId, id: &InfId) -> Result<(), PeerError>;

    /// What a node says of itself.
    async fn report(&self, peer: &Peer, from: BootId) -> Result<NodeReport, PeerError>;
}

/// For a node without others.
#[derive(Debug)]
pub struct NoPeers;

// === impl NoPeers ===

#[async_trait]
impl Peers for NoPeers {
    async fn hand_over(
        &self,
        owner: &Peer,
        _from: BootId,
        _id: &InfId,
    ) -> Result<HandOver, PeerError> {
        Err(nobody(owner))
    }

    async fn offer(&self, to: &Peer, _from: BootId, _id: &InfId) -> Result<(), PeerError> {
        Err(nobody(to))
    }

    async fn report(&self, peer: &Peer, _from: BootId) -> Result<NodeReport, PeerError> {
        Err(nobody(peer))
    }
}

fn nobody(peer: &Peer) -> PeerError {
    PeerError {
        address: peer.address.clone(),
        reason: "this node has no way to other nodes".to_owned(),
        may_be_done: false,
    }
}

/// What is remembered of somebody else's ownership, and until when it is worth believing.
#[derive(Clone, Debug)]
pub(crate) struct Hint {
    pub(crate) peer: Peer,
    pub(crate) until: Duration,
}
