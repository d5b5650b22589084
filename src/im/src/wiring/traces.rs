//! Traces.

use im_config::{Loaded, TracesProtocol};
use im_telemetry::traces::{TraceProtocol, TraceSettings};

use super::cluster::{machine_name, node_name};

/// The name of the service, unless it is given another one.
const SERVICE: &str = "im";

/// How traces are sent, if they are.
pub(crate) fn settings(loaded: &Loaded) -> Option<TraceSettings> {
    let traces = loaded.traces.as_ref()?;
    Some(TraceSettings {
        protocol: match traces.protocol {
            TracesProtocol::Grpc => TraceProtocol::Grpc,
            TracesProtocol::Http => TraceProtocol::Http,
        },
        secure: traces.secure,
        timeout: traces.timeout,
        service: traces.service.clone().unwrap_or_else(|| SERVICE.to_owned()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        instance: node_name(&loaded.settings),
        host: machine_name(),
    })
}
