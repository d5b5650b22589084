//! For those who watch the node: does it live, and should it get requests?
//!
//! Neither asks the database. A database that is away is away for all nodes: a load balancer that took them all out would
//! answer in their place, and knows less about what to say. So what is missing is told in the body, and by the metrics.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::error::ApiError;
use crate::render;

/// How the node is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthForm {
    /// `ready` or `draining`.
    status: &'static str,
    /// Whether the last question to the database was answered.
    database: bool,
    /// Whether the database confirms the session of this node.
    session: bool,
    /// Whether Redis can be reached; null if none is used.
    redis: Option<bool>,
    /// The parts of which one of the above is false: `database`, `session`, `redis`. Without Redis everything goes on, slower.
    not_ready: Vec<&'static str>,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/livez", tag = "service", operation_id = "isAlive",
    responses((status = 200, description = "It does.", body = Object, content_type = "application/json")))]
pub(crate) async fn livez() -> Result<Response, ApiError> {
    render::named("status", "alive")
}

/// Whether the node should get requests: 404 once it is about to end.
#[utoipa::path(get, path = "/readyz", tag = "service", operation_id = "isReady",
    responses(
        (status = 200, description = "It should.", body = HealthForm),
        (status = 404, description = "It is about to end: it serves what it gets, and new work belongs elsewhere.", body = HealthForm),
    ))]
pub(crate) async fn readyz(State(api): State<Api>) -> Result<Response, ApiError> {
    let health = api.manager().health();
    let (status, word) = match health.draining {
        true => (StatusCode::NOT_FOUND, "draining"),
        false => (StatusCode::OK, "ready"),
    };
    let parts = [
        ("database", health.database),
        ("session", health.session),
        ("redis", health.leases != Some(false)),
    ];
    let missing = parts.iter().filter(|(_, is_ready)| !is_ready);
    let form = render::json(&HealthForm {
        status: word,
        database: health.database,
        session: health.session,
        redis: health.leases,
        not_ready: missing.map(|(part, _)| *part).collect(),
    })?;
    Ok((status, form).into_response())
}
