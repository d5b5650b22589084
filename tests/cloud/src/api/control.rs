//! For those who test: what happened, and what goes wrong from now on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use super::{answer, said};
use crate::Faults;
use crate::server::Shared;

pub(super) async fn audit(State(shared): State<Arc<Shared>>) -> Response {
    let audit = shared.audit();
    let body = json!({
        "machines": audit.machines,
        "calls": audit.calls,
        "alive": audit.alive().count(),
        "doubled": audit.doubled(),
    });
    answer(StatusCode::OK, &body)
}

pub(super) async fn faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    match serde_json::from_slice::<Faults>(&body) {
        Ok(faults) => {
            shared.set_faults(faults);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, said(&error.to_string())).into_response(),
    }
}
