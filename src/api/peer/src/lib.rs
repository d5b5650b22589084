//! How the nodes of a cluster talk to each other: sealed requests on a port of their own, one hop at most.
//!
//! Three short questions (hand an infrastructure over, take one that is offered, say how you are) and one long one:
//! serve this request of a client, whose infrastructure is yours. `im_cluster` decides when they are asked and what is
//! answered; what protects them is in `envelope`.
//!
//! An operator asks as a node does (the levels of the log); a node that is alone is asked over a socket of the file system
//! (`local`).
//!
//! [`router`] is what the peer listener serves, on a listener that `im_api_server` opens; [`forwarding`] goes around the API of clients;
//! [`HttpPeers`] is what the cluster asks with. The API says that a request belongs elsewhere with the extension
//! [`Elsewhere`](im_cluster::Elsewhere) on its response (503, for a client whose request is not forwarded).

mod client;
mod envelope;
mod forwarding;
mod local;
mod message;
mod recorded;
mod refusal;
mod replay;
mod server;

pub use client::{HttpPeers, PeerSettings};
pub use forwarding::forwarding;
pub use local::{Local, LocalError, ask_local, listen_local};
pub use message::ClientApi;
pub use server::{ClientApis, router};

/// Where the peer listener is asked.
const PATH: &str = "/peer/1";
