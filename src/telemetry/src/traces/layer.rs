//! From spans of `tracing` to those of OpenTelemetry.

use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::trace::SdkTracer;
use tracing::{Dispatch, Metadata, span};
use tracing_opentelemetry::{OpenTelemetryLayer, get_otel_context};
use tracing_subscriber::filter::{FilterFn, Filtered, filter_fn};
use tracing_subscriber::{Layer, Registry};

use crate::logger;

/// Sends what it is asked to.
pub(crate) type TraceLayer = Filtered<
    OpenTelemetryLayer<Registry, SdkTracer>,
    FilterFn<fn(&Metadata<'_>) -> bool>,
    Registry,
>;

/// Names a place in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) trace: String,
    pub(crate) span: String,
}

pub(crate) fn layer(tracer: SdkTracer) -> TraceLayer {
    tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_context_activation(false)
        .with_filter(filter_fn(is_ours))
}

/// This service's own spans. Libraries may put anything into theirs; events are for the log.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && logger::is_own_target(metadata.target())
}

/// The place of a span, if it is in a trace.
pub(crate) fn ids(span: &span::Id, dispatch: &Dispatch) -> Option<Ids> {
    let context = get_otel_context(span, dispatch)?;
    let span = context.span();
    let context = span.span_context();
    context.is_valid().then(|| Ids {
        trace: context.trace_id().to_string(),
        span: context.span_id().to_string(),
    })
}
