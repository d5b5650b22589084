//! OAI-PMH, by which archives harvest descriptions of infrastructures: not offered.

use super::Answer;
use crate::error::ApiError;
use crate::openapi::Refused;

/// Harvest descriptions of infrastructures.
#[utoipa::path(get, path = "/oai", tag = "service", operation_id = "getOai",
    params(("verb" = Option<String>, Query, description = "A verb of OAI-PMH.")), responses(Refused))]
pub(crate) async fn get() -> Answer {
    Err(disabled())
}

/// Harvest descriptions of infrastructures.
#[utoipa::path(
    post,
    path = "/oai",
    tag = "service",
    operation_id = "postOai",
    responses(Refused)
)]
pub(crate) async fn post() -> Answer {
    Err(disabled())
}

fn disabled() -> ApiError {
    ApiError::bad_request("OAI-PMH not enabled.")
}
