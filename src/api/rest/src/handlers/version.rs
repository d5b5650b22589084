//! The version of the service.

use super::Answer;
use crate::negotiate::{Accept, MediaType};
use crate::openapi::Refused;
use crate::render;

/// The release.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of the service.
#[utoipa::path(get, path = "/version", tag = "service", operation_id = "getVersion",
    responses((status = 200, description = "The version.", content((String = "text/plain"), (Object = "application/json"))), Refused))]
pub(crate) async fn version(accept: Accept) -> Answer {
    let form = accept.choose(MediaType::Text)?;
    render::text(form, "version", VERSION.to_owned())
}
