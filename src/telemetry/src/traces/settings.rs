//! What is to be known to send traces.

use std::time::Duration;

/// How traces are sent, and of whom they are. Everything else is read by the SDK from the variables that are standard for it:
/// address and headers of the collector, limits, sampler, further attributes of the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceSettings {
    /// The protocol.
    pub protocol: TraceProtocol,
    /// Whether the collector is reached over TLS.
    pub secure: bool,
    /// How long the collector may take.
    pub timeout: Duration,
    /// The name of the service.
    pub service: String,
    /// The version of this program.
    pub version: String,
    /// The name of this node among those of the service.
    pub instance: String,
    /// The name of this machine.
    pub host: String,
}

/// The forms of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceProtocol {
    /// gRPC.
    Grpc,
    /// Protocol buffers over HTTP.
    Http,
}
