//! What Prometheus reads.

use std::net::{IpAddr, Ipv4Addr};

use crate::codec::{Address, OptionalPort};
use crate::concern::concern;

concern! {
    /// What Prometheus reads.
    pub struct Metrics, "Metrics" in "im" {
        /// Port on which `/metrics` is served for Prometheus, over HTTP; 0 takes a free one. Leave it blank to serve none.
        port: Option<u16> = None, "METRICS_PORT" as OptionalPort;
        /// IP address on which `/metrics` is served; `0.0.0.0` is all addresses of the machine. Metrics tell how many
        /// infrastructures, requests and failures there are, and of whom none are; let nobody but Prometheus reach them all the same.
        address: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST), "METRICS_ADDRESS" as Address;
    }
}
