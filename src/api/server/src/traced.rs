//! The span of a request: the part of its trace that this service has.

use axum::extract::Request;
use axum::http::header::USER_AGENT;
use axum::response::Response;
use im_telemetry::metrics::RouteName;
use im_telemetry::traces::{self, TARGET};
use tracing::{Instrument, Span, field};

use crate::{Handler, Peer};

/// Puts the span around the requests of an API, in the trace that they come with if they come with one. The answer says in
/// the header `traceresponse` in which. It belongs around everything that answers, and within
/// [`measured`](crate::measured()), whose route names the span.
pub fn traced(inner: Handler) -> Handler {
    Handler::new(move |request| {
        let span = span(&request);
        let inner = inner.clone();
        async move {
            match span.is_disabled() {
                true => inner.answer(request).await,
                false => trace(span, request, inner).await,
            }
        }
    })
}

async fn trace(span: Span, request: Request, inner: Handler) -> Response {
    traces::continue_from(&span, request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<RouteName>().cloned();
    let mut response = inner.answer(request).instrument(span.clone()).await;
    if let Some(route) = route.as_ref().and_then(RouteName::known) {
        traces::rename(&span, format!("{method} {route}"));
        span.record("http.route", route);
    }
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("error.type", status.as_str());
        span.record("otel.status_code", "ERROR");
    }
    traces::answer(&span, response.headers_mut());
    response
}

/// The query is left out: users put secrets there.
fn span(request: &Request) -> Span {
    let peer = request.extensions().get::<Peer>();
    let agent = request.headers().get(USER_AGENT);
    tracing::info_span!(
        target: TARGET,
        "request",
        otel.name = request.method().as_str(),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = request.method().as_str(),
        http.route = field::Empty,
        http.response.status_code = field::Empty,
        error.r#type = field::Empty,
        url.path = request.uri().path(),
        url.scheme = if peer.is_some_and(|peer| peer.tls) { "https" } else { "http" },
        client.address = peer.map(|peer| field::display(peer.address.ip())),
        server.address = peer.map(|peer| field::display(peer.local.ip())),
        server.port = peer.map(|peer| i64::from(peer.local.port())),
        user_agent.original = agent.and_then(|agent| agent.to_str().ok()),
    )
}
