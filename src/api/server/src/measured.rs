//! Counting and measuring the requests of an API.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use im_telemetry::metrics::{Api, RequestMetrics, RouteName};
use im_util::Clock;

/// What is needed to count.
#[derive(Clone, Debug)]
struct Measured {
    api: Api,
    metrics: Arc<RequestMetrics>,
    clock: Arc<dyn Clock>,
}

/// Counts and measures the requests of an API. It belongs outside of everything else that answers, so that what is counted
/// is what the client gets. Every request has a [`RouteName`] among its extensions, in which the API says its route.
pub fn measured(
    router: Router,
    api: Api,
    metrics: RequestMetrics,
    clock: Arc<dyn Clock>,
) -> Router {
    let measured = Measured {
        api,
        metrics: Arc::new(metrics),
        clock,
    };
    router.layer(from_fn_with_state(measured, measure))
}

async fn measure(State(measured): State<Measured>, mut request: Request, next: Next) -> Response {
    let Measured {
        api,
        metrics,
        clock,
    } = measured;
    let route = RouteName::default();
    request.extensions_mut().insert(route.clone());
    let begun = clock.monotonic();
    let in_flight = metrics.begun(api, request.method().as_str(), route);
    let response = next.run(request).await;
    let took = clock.monotonic().saturating_sub(begun);
    in_flight.answered(response.status().as_u16(), took);
    response
}
