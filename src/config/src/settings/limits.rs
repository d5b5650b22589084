//! What requests may cost.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use ipnet::IpNet;

use crate::codec::{Bytes, Interval, Limit, Networks, Positive};
use crate::concern::concern;

concern! {
    /// What requests may cost, on both APIs.
    pub struct Limits, "Limits" in "im" {
        /// Largest number of VMs in one infrastructure; a request for more is refused.
        max_inf_vms: NonZeroU32 = positive(10_000), "MAX_INF_VMS" as Positive;
        /// Largest body of a request; a larger one is answered 413.
        max_request_body: NonZeroU64 = bytes(16 << 20), "MAX_REQUEST_BODY" as Bytes;
        /// Largest head (request line and headers) of a request; a larger one is answered 431.
        max_request_head: NonZeroU64 = bytes(128 << 10), "MAX_REQUEST_HEAD" as Bytes;
        /// Time in which the head of a request must have arrived, and in which TLS must have been agreed on.
        request_head_timeout: Duration = Duration::from_secs(15), "REQUEST_HEAD_TIMEOUT" as Interval;
        /// Time in which the body of a request must have arrived.
        request_body_timeout: Duration = Duration::from_secs(60), "REQUEST_BODY_TIMEOUT" as Interval;
        /// Time after which a connection without a request is closed.
        idle_timeout: Duration = Duration::from_secs(75), "IDLE_TIMEOUT" as Interval;
        /// Largest number of open connections of each API; more wait to be accepted.
        max_connections: Option<NonZeroU32> = NonZeroU32::new(8192), "MAX_CONNECTIONS" as Limit;
        /// Largest number of open connections from one address; more are closed at once.
        max_connections_per_address: Option<NonZeroU32> = NonZeroU32::new(512), "MAX_CONNECTIONS_PER_ADDRESS" as Limit;
        /// Addresses or networks of the load balancers, separated by commas: `MAX_CONNECTIONS_PER_ADDRESS` does not
        /// hold for them, since they bring the connections of everybody.
        trusted_proxies: Vec<IpNet> = Vec::new(), "TRUSTED_PROXIES" as Networks;
    }
}

/// A number that is not 0.
const fn positive(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// A size that is not 0.
const fn bytes(number: u64) -> NonZeroU64 {
    match NonZeroU64::new(number) {
        Some(number) => number,
        None => NonZeroU64::MIN,
    }
}

// === impl Limits ===

impl Limits {
    /// Whether an address is that of a load balancer.
    pub fn is_trusted_proxy(&self, address: std::net::IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&address))
    }
}
