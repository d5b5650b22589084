//! The variables of OpenTelemetry.

use std::time::Duration;

use im_config::{Traces, TracesProtocol};

use crate::bench::Bench;

fn with(variables: &[(&str, &str)]) -> (Option<Traces>, Vec<String>) {
    let mut bench = Bench::new();
    for (name, value) in variables {
        bench = bench.variable(name, value);
    }
    let loaded = bench.load();
    let warnings = loaded.warnings.iter().map(ToString::to_string).collect();
    (loaded.traces, warnings)
}

#[test]
fn traces_are_off_unless_somebody_asks_for_them() {
    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
    for variables in [
        &[][..],
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")],
        &[("OTEL_SERVICE_NAME", "im")],
        &[ENDPOINT, ("OTEL_SDK_DISABLED", "true")],
        &[ENDPOINT, ("OTEL_TRACES_EXPORTER", "none")],
    ] {
        assert_eq!(with(variables), (None, Vec::new()), "{variables:?}");
    }
    for variables in [
        &[ENDPOINT][..],
        &[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c/v1/traces")],
        &[("OTEL_TRACES_EXPORTER", "otlp")],
        &[ENDPOINT, ("OTEL_SDK_DISABLED", "false")],
    ] {
        let (traces, warnings) = with(variables);
        assert_eq!(warnings, Vec::<String>::new(), "{variables:?}");
        assert_eq!(
            traces,
            Some(Traces {
                protocol: TracesProtocol::Http,
                secure: false,
                timeout: Duration::from_secs(10),
                service: None,
            }),
            "{variables:?}"
        );
    }
}

#[test]
fn what_is_said_of_traces_alone_goes_first() {
    let (traces, _) = with(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://c:4317"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=b, service.name = im-eu"),
    ]);
    let traces = traces.expect("traces");
    assert_eq!(traces.protocol, TracesProtocol::Grpc);
    assert!(traces.secure);
    assert_eq!(traces.timeout, Duration::from_millis(2500));
    assert_eq!(traces.service.as_deref(), Some("im-eu"));
}

#[test]
fn what_is_not_understood_is_warned_of() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
    let (traces, warnings) = with(&[endpoint, ("OTEL_TRACES_EXPORTER", "jaeger")]);
    assert_eq!(traces, None);
    assert_eq!(
        warnings,
        [
            "The environment variable OTEL_TRACES_EXPORTER is 'jaeger', but otlp or none was expected; no traces are sent."
        ]
    );
    let (traces, warnings) = with(&[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]);
    assert_eq!(traces.expect("traces").protocol, TracesProtocol::Http);
    assert_eq!(
        warnings,
        [
            "The environment variable OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json', but grpc or http/protobuf was expected; the latter is used."
        ]
    );
}
