//! Counting and measuring the requests of an API.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use im_telemetry::metrics::{Api, ApiRequests, RequestMetrics, RouteName};
use im_util::Clock;

use crate::Handler;

/// What is needed to count.
#[derive(Debug)]
struct Measured {
    inner: Handler,
    requests: ApiRequests,
    clock: Arc<dyn Clock>,
}

/// Counts and measures the requests of an API. It belongs outside of everything else that answers, so that what is counted
/// is what the client gets. Every request has a [`RouteName`] among its extensions, in which the API says its route.
pub fn measured(
    inner: Handler,
    api: Api,
    metrics: &RequestMetrics,
    clock: Arc<dyn Clock>,
) -> Handler {
    let measured = Arc::new(Measured {
        inner,
        requests: metrics.of(api),
        clock,
    });
    Handler::new(move |request| Arc::clone(&measured).answer(request))
}

// === impl Measured ===

impl Measured {
    async fn answer(self: Arc<Self>, mut request: Request) -> Response {
        let route = RouteName::default();
        request.extensions_mut().insert(route.clone());
        let begun = self.clock.monotonic();
        let method = request.method().as_str();
        let in_flight = self.requests.begun(method, route);
        let response = self.inner.answer(request).await;
        let took = self.clock.monotonic().saturating_sub(begun);
        in_flight.answered(response.status().as_u16(), took);
        response
    }
}
