//! The description of the API.

use super::Answer;
use crate::extract::BaseUrl;
use crate::{openapi, render};

/// The description of the API.
#[utoipa::path(get, path = "/", tag = "service", operation_id = "getIndex",
    responses((status = 200, description = "OpenAPI.", body = Object, content_type = "application/json")))]
pub(crate) async fn index(base: BaseUrl) -> Answer {
    render::json(&openapi::document(&format!("{base}/")))
}

/// The description of the API.
#[utoipa::path(get, path = "/openapi.json", tag = "service", operation_id = "getOpenApi",
    responses((status = 200, description = "OpenAPI.", body = Object, content_type = "application/json")))]
pub(crate) async fn openapi(base: BaseUrl) -> Answer {
    index(base).await
}
