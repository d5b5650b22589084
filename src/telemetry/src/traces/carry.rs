//! Traces that go on in another process: the headers `traceparent` and `tracestate` (W3C Trace Context).

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use serde::{Deserialize, Serialize};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// What the answer to a request says of its trace (W3C Trace Context Level 2).
const ANSWER: HeaderName = HeaderName::from_static("traceresponse");

/// The place in a trace, for a message that has no headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Carried(Vec<(String, String)>);

/// Makes a span part of the trace that a request came with, if it came with one. The span must be new.
pub fn continue_from(span: &Span, headers: &HeaderMap) {
    continues(span, &HeaderExtractor(headers));
}

/// The same for a message.
pub fn continue_with(span: &Span, carried: &Carried) {
    continues(span, carried);
}

fn continues(span: &Span, extractor: &dyn opentelemetry::propagation::Extractor) {
    if span.is_disabled() {
        return;
    }
    let context = TraceContextPropagator::new().extract(extractor);
    if context.span().span_context().is_valid() {
        // Fails where no traces are sent; then there is nothing to be continued.
        let _ = span.set_parent(context);
    }
}

/// Puts the place of a span into the headers of a request that is sent within it, in place of what is there.
pub fn put(span: &Span, headers: &mut HeaderMap) {
    injects(span, &mut HeaderInjector(headers));
}

/// The same for a message. Empty if no traces are sent.
pub fn carried(span: &Span) -> Carried {
    let mut carried = Carried::default();
    injects(span, &mut carried);
    carried
}

fn injects(span: &Span, injector: &mut dyn Injector) {
    if !span.is_disabled() {
        TraceContextPropagator::new().inject_context(&span.context(), injector);
    }
}

/// Says in the headers of an answer in which trace it was made.
pub fn answer(span: &Span, headers: &mut HeaderMap) {
    let mut carried = Carried::default();
    injects(span, &mut carried);
    let parent = carried.0.iter().find(|(name, _)| name == "traceparent");
    if let Some((_, value)) = parent
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(ANSWER, value);
    }
}

// === impl Carried ===

impl Carried {
    /// Whether there is no trace.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Injector for Carried {
    fn set(&mut self, key: &str, value: String) {
        if !value.is_empty() {
            self.0.push((key.to_owned(), value));
        }
    }
}

impl opentelemetry::propagation::Extractor for Carried {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}
