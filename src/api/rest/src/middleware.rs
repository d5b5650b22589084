//! What happens to every request, in this order.
//!
//! 1. [`request_id`]: it gets an id, or keeps a sane one that it brings, which the answer repeats.
//! 2. [`cors`]: the answer gets the headers for browsers.
//! 3. A span opens, in whose lines of the log the id, the method and the path stand, and the infrastructure that the path
//!    names. Where one is made its id joins them.
//! 4. [`panics`]: whatever breaks down inside is an answer, and the node stays up.
//! 5. [`slashes`]: paths with doubled slashes are sent to where they lead.
//! 6. The table answers; an error is given its form ([`error::render`]) when everything else is done, and the log a line.

mod cors;
mod panics;
mod request_id;
mod slashes;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::ACCEPT;
use im_telemetry::metrics::RouteName;
use tracing::Instrument;

use crate::api::Api;
use crate::error;
use crate::extract::header_text;
use crate::negotiate::Accept;
use request_id::RequestId;

/// The router, with everything around it.
pub(crate) fn around(router: Router<Api>, api: &Api) -> Router<Api> {
    router.layer(from_fn_with_state(api.clone(), envelope))
}

async fn envelope(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    name_route(&api, &request);
    let id = RequestId::of(request.headers_mut());
    let origins = api.settings().cors.as_deref();
    let allowed = origins.and_then(|origins| cors::allowed(origins, request.headers()));
    // A header that cannot be read is no reason to answer its error in another form than text.
    let accept = header_text(request.headers(), &ACCEPT)
        .map(|text| Accept::from_text(&text))
        .unwrap_or_default();
    let span = tracing::info_span!(
        "rest",
        request.id = id.as_str(),
        method = request.method().as_str(),
        path = request.uri().path(),
        inf.id = infrastructure(request.uri().path()),
    );
    let looks = request.method().is_safe();
    let answering = async {
        let answered = panics::caught(inner(request, next)).await;
        let response = error::render(answered, &accept, id.as_str());
        log(looks, response.status());
        response
    };
    let mut response = answering.instrument(span).await;
    let headers = response.headers_mut();
    id.put(headers);
    if origins.is_some() {
        cors::put(headers, allowed);
    }
    response
}

/// The infrastructure that a path names, for the log: whether there is one is not known yet.
fn infrastructure(path: &str) -> Option<&str> {
    let named = path.strip_prefix("/infrastructures/")?.split('/').next();
    named.filter(|id| !id.is_empty())
}

/// Says by which route the request is counted.
fn name_route(api: &Api, request: &Request) {
    let extensions = request.extensions();
    if let (Some(name), Some(path)) = (
        extensions.get::<RouteName>(),
        extensions.get::<MatchedPath>(),
    ) && let Some(template) = api.template(path.as_str())
    {
        name.set(template);
    }
}

/// One line a change; those who only look leave one in the debug log.
fn log(looks: bool, status: StatusCode) {
    let status = status.as_u16();
    if looks {
        tracing::debug!(status, "A request was answered.");
    } else {
        tracing::info!(status, "A request was answered.");
    }
}

async fn inner(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.contains("//") {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    slashes::answer(&parts).unwrap_or_else(IntoResponse::into_response)
}
