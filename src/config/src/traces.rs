//! Whether and how traces are sent: the standard variables of OpenTelemetry, as far as this service has to know them.
//!
//! What is not read here (address and headers of the collector, limits, sampler, attributes) the SDK reads itself. As its
//! specification wants it, a value that is not understood is warned of and ignored; it does not keep the service from
//! starting.

use std::time::Duration;

use crate::environment::Environment;
use crate::warning::Warning;

/// How traces are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// `OTEL_EXPORTER_OTLP_PROTOCOL`.
    pub protocol: TracesProtocol,
    /// Whether `OTEL_EXPORTER_OTLP_ENDPOINT` begins with `https://`.
    pub secure: bool,
    /// `OTEL_EXPORTER_OTLP_TIMEOUT`.
    pub timeout: Duration,
    /// `OTEL_SERVICE_NAME`, or the name in `OTEL_RESOURCE_ATTRIBUTES`.
    pub service: Option<String>,
}

/// The forms of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TracesProtocol {
    /// gRPC.
    Grpc,
    /// Protocol buffers over HTTP.
    Http,
}

/// How long a collector may take, unless it is said.
const TIMEOUT: Duration = Duration::from_secs(10);

// === impl Traces ===

impl Traces {
    /// `None`: no traces are sent.
    pub(crate) fn read(environment: &dyn Environment, warnings: &mut Vec<Warning>) -> Option<Self> {
        // What is empty is not set, by the specification.
        let get = |name: &str| {
            let value = environment.get(name)?.into_string().ok()?;
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let of_traces = |name: &str| {
            get(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"))
                .or_else(|| get(&format!("OTEL_EXPORTER_OTLP_{name}")))
        };
        if get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return None;
        }
        let endpoint = of_traces("ENDPOINT");
        match get("OTEL_TRACES_EXPORTER").as_deref() {
            None if endpoint.is_none() => return None,
            None | Some("otlp") => {}
            Some("none") => return None,
            Some(other) => {
                warnings.push(Warning::Suspicious(format!(
                    "The environment variable OTEL_TRACES_EXPORTER is '{}', but otlp or none was expected; no traces are sent.",
                    other.escape_debug()
                )));
                return None;
            }
        }
        let protocol = match of_traces("PROTOCOL").as_deref() {
            Some("grpc") => TracesProtocol::Grpc,
            None | Some("http/protobuf") => TracesProtocol::Http,
            Some(other) => {
                warnings.push(Warning::Suspicious(format!(
                    "The environment variable OTEL_EXPORTER_OTLP_PROTOCOL is '{}', but grpc or http/protobuf was expected; the latter is used.",
                    other.escape_debug()
                )));
                TracesProtocol::Http
            }
        };
        let timeout = of_traces("TIMEOUT")
            .and_then(|millis| millis.parse().ok())
            .filter(|millis| *millis > 0)
            .map_or(TIMEOUT, Duration::from_millis);
        Some(Self {
            protocol,
            secure: endpoint.is_some_and(|endpoint| endpoint.starts_with("https://")),
            timeout,
            service: get("OTEL_SERVICE_NAME").or_else(|| {
                let attributes = get("OTEL_RESOURCE_ATTRIBUTES")?;
                let mut pairs = attributes
                    .split(',')
                    .filter_map(|pair| pair.split_once('='));
                pairs
                    .find(|(name, _)| name.trim() == "service.name")
                    .map(|(_, value)| value.trim().to_owned())
            }),
        })
    }
}
