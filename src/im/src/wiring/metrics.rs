//! What Prometheus reads, on a listener of its own: who may see it is another question than who may use the APIs, and
//! it is served to the last moment of a node that drains.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use im_api_server::{Bound, ServerSettings};
use im_cluster::Cluster;
use im_config::Settings;
use im_store::Measured;
use im_telemetry::metrics::{CONTENT_TYPE, Metrics};
use tokio_util::sync::CancellationToken;

/// The metrics, and what is looked at when somebody reads them.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) store: Arc<Measured>,
    pub(crate) cluster: Cluster,
}

/// Serves `/metrics` until `shutdown`, if a port is set. The error is a full sentence.
pub(crate) async fn serve(
    settings: &Settings,
    watched: Watched,
    shutdown: CancellationToken,
) -> Result<Option<Bound>, String> {
    let Some(port) = settings.metrics.port else {
        return Ok(None);
    };
    let server = ServerSettings {
        name: "metrics",
        address: settings.metrics.address.to_string(),
        port,
        tls: None,
        limits: super::servers::limits(settings),
        drain: CancellationToken::new(),
        event_loops: None,
    };
    let router = Router::new()
        .route("/metrics", get(metrics))
        .with_state(watched);
    let bound = im_api_server::serve(server, router, shutdown).await;
    bound.map(Some).map_err(|error| error.to_string())
}

async fn metrics(State(watched): State<Watched>) -> Response {
    watched.store.look();
    watched.cluster.look().await;
    match watched.metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "The metrics could not be read.");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
