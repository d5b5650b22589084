//! What the forwarding tells the API of clients, as an extension of requests.

use im_domain::BootId;

/// On a request: another node forwards it, so it is not forwarded again. The connection of the client stands beside it
/// as on any request, in [`Peer`](im_api_server::Peer).
#[derive(Clone, Copy, Debug)]
pub struct Forwarded {
    /// By whom.
    pub by: BootId,
}
