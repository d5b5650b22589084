//! What happens to every request, in this order.
//!
//! 1. The table says who answers, and by which route the request is counted.
//! 2. [`request_id`]: it gets an id, or keeps a sane one that it brings, which the answer repeats.
//! 3. [`cors`]: the answer gets the headers for browsers.
//! 4. A span opens, in whose lines of the log the id, the method and the path stand, and the infrastructure that the path
//!    names. Where one is made its id joins them.
//! 5. [`panics`]: whatever breaks down inside is an answer, and the node stays up.
//! 6. [`slashes`]: paths with doubled slashes are sent to where they lead.
//! 7. Who answers does; an error is given its form ([`error::render`]) when everything else is done, and the log a line.
//! 8. [`head`]: the answer to `HEAD` loses its body.

mod cors;
mod head;
mod panics;
mod request_id;
mod slashes;

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};
use im_api_server::{Answering, Handler};
use im_telemetry::metrics::RouteName;
use tracing::{Instrument, Span};

use crate::api::Api;
use crate::error;
use crate::negotiate::Accept;
use crate::router::Router;
use request_id::RequestId;

/// The router, with everything around it.
pub(crate) fn around(router: Router, api: Api) -> Handler {
    let around = Arc::new((router, api));
    Handler::new(move |request| {
        let around = Arc::clone(&around);
        // The whole request is needed only before anything is waited for: what is waited for would otherwise have room for
        // it once for each step.
        async move { Envelope::of(&around.0, &around.1, request).answer().await }
    })
}

/// A request that is about to be answered, and what its answer needs to know of it.
struct Envelope {
    answering: Answering,
    id: RequestId,
    accept: Accept,
    span: Span,
    /// The origin that the answer allows, if it says anything of origins.
    allowed: Option<cors::Allowed>,
    looks: bool,
    is_head: bool,
}

// === impl Envelope ===

impl Envelope {
    fn of(router: &Router, api: &Api, request: Request) -> Self {
        let path = request.uri().path();
        let (endpoint, template) = router.find(request.method(), path);
        name_route(&request, template);
        let id = RequestId::of(request.headers());
        let origins = api.settings().cors.as_deref();
        Self {
            // A header that cannot be read is no reason to answer its error in another form than text.
            accept: Accept::of(request.headers()).unwrap_or_default(),
            span: tracing::info_span!(
                "rest",
                request.id = id.as_str(),
                method = request.method().as_str(),
                path,
                inf.id = infrastructure(path),
            ),
            allowed: origins.and_then(|origins| cors::allowed(origins, request.headers())),
            looks: request.method().is_safe(),
            is_head: request.method() == Method::HEAD,
            id,
            answering: match path.contains("//") {
                true => slashes::answering(request),
                false => endpoint.answer(request, api.clone()),
            },
        }
    }

    async fn answer(self) -> Response {
        let answering = async {
            let answered = panics::caught(self.answering).await;
            let response = error::render(answered, &self.accept, self.id.as_str());
            log(self.looks, response.status());
            response
        };
        let mut response = answering.instrument(self.span).await;
        let headers = response.headers_mut();
        self.id.put(headers);
        cors::put(headers, self.allowed);
        match self.is_head {
            true => head::without_body(response),
            false => response,
        }
    }
}

/// The infrastructure that a path names, for the log: whether there is one is not known yet.
fn infrastructure(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/infrastructures/")?;
    let end = rest.bytes().position(|byte| byte == b'/');
    let named = &rest[..end.unwrap_or(rest.len())];
    (!named.is_empty()).then_some(named)
}

/// Says by which route the request is counted.
fn name_route(request: &Request, template: Option<&'static str>) {
    if let Some(template) = template
        && let Some(name) = request.extensions().get::<RouteName>()
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
