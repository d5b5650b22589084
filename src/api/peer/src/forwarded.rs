//! What the forwarding tells the API of clients, as an extension of requests.

use im_domain::BootId;

/// On a request: another node forwards it, so it is not forwarded again.
#[derive(Clone, Debug)]
pub struct Forwarded {
    /// By whom.
    pub by: BootId,
    /// The client's address, as that node knows it; empty if it does not.
    pub client: String,
}
