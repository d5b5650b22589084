//! A collector of traces.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::process::tools_named;
use crate::{Process, Scratch, until};

/// A collector of traces, made of the Python packages of OpenTelemetry: `tests/otlp/receiver.py`.
#[derive(Debug)]
pub struct OtlpReceiver {
    /// Port for OTLP over gRPC.
    pub grpc: u16,
    /// Port for OTLP over HTTP.
    pub http: u16,
    _process: Process,
    scratch: Scratch,
}

// === impl OtlpReceiver ===

impl OtlpReceiver {
    /// Starts one; `None`, and a word that the test is skipped, if Python or its packages are missing.
    pub fn start(test: &str) -> Option<Self> {
        let Some(python) = python() else {
            println!("skipped: {test}: grpcio and opentelemetry-proto of PyPI are not installed");
            return None;
        };
        let scratch = Scratch::new();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../otlp/receiver.py");
        let mut command = Command::new(python);
        command.arg(script).arg(scratch.path());
        let mut process = Process::start(&mut command, scratch.path());
        let file = scratch.path().join("ports");
        let mut ports = String::new();
        until("the collector listens", || {
            assert!(process.ended().is_none(), "the collector ended");
            ports = fs::read_to_string(&file).unwrap_or_default();
            ports.ends_with('\n')
        });
        let mut numbers = ports.split_whitespace();
        let mut port = || numbers.next().and_then(|port| port.parse().ok());
        let (grpc, http) = (port().expect("a port"), port().expect("a port"));
        Some(Self {
            grpc,
            http,
            _process: process,
            scratch,
        })
    }

    /// The spans that have come, each an object: `trace`, `span`, `parent`, `name`, `kind`, `attributes`, `resource` ...
    pub fn spans(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.scratch.path().join("spans")).unwrap_or_default();
        // The last line may be half written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).expect("a span"))
            .collect()
    }
}

/// A Python that has the packages.
fn python() -> Option<PathBuf> {
    let packages = "import grpc, opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc";
    let has = |python: &PathBuf| {
        let tried = Command::new(python).args(["-c", packages]).output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    tools_named("python3").find(has)
}
