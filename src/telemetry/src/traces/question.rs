//! The spans of questions that this service asks others.

use opentelemetry::trace::TraceContextExt;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::TARGET;

/// The span of a question to a database, if it is asked within another one: what a node asks by itself, all the time, would
/// be a trace each time.
pub fn query(system: &'static str, operation: &'static str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    tracing::info_span!(
        target: TARGET,
        "query",
        otel.name = format!("{operation} {system}"),
        otel.kind = "client",
        otel.status_code = field::Empty,
        db.system.name = system,
        db.operation.name = operation,
        error.r#type = field::Empty,
    )
}

/// The same for a question to another node.
pub fn call(operation: &'static str, address: &str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    tracing::info_span!(
        target: TARGET,
        "call",
        otel.name = format!("im.peer/{operation}"),
        otel.kind = "client",
        otel.status_code = field::Empty,
        rpc.system.name = "im.peer",
        rpc.method = operation,
        server.address = address,
        error.r#type = field::Empty,
    )
}

/// The span of the answer to another node's question.
pub fn called(operation: &'static str) -> Span {
    tracing::info_span!(
        target: TARGET,
        "called",
        otel.name = format!("im.peer/{operation}"),
        otel.kind = "server",
        rpc.system.name = "im.peer",
        rpc.method = operation,
    )
}

/// Gives a span the name that is known by now.
pub fn rename(span: &Span, name: String) {
    span.context().span().update_name(name);
}

/// Says that it came to nothing.
pub fn failed(span: &Span, kind: &str) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
}
