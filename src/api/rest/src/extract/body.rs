//! The body of a request.

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::api::Api;
use crate::error::ApiError;

/// A body that is text. It must arrive whole within the limits on size and time.
#[derive(Clone, Debug)]
pub(crate) struct Text(pub(crate) String);

impl FromRequest<Api> for Text {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Self, ApiError> {
        let limits = api.settings().body;
        let bytes = usize::try_from(limits.bytes).unwrap_or(usize::MAX);
        if request.body().size_hint().lower() > limits.bytes {
            return Err(too_large(bytes));
        }
        match timeout(limits.timeout, read(request.into_body(), bytes)).await {
            Ok(read) => read.map(Self),
            Err(_) => Err(ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                format!(
                    "The body of the request did not arrive within {} seconds.",
                    limits.timeout.as_secs_f64()
                ),
            )),
        }
    }
}

async fn read(body: Body, limit: usize) -> Result<String, ApiError> {
    let collected = Limited::new(body, limit).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            too_large(limit)
        } else {
            ApiError::bad_request("The body of the request ended early or is not well-formed.")
        }
    })?;
    String::from_utf8(collected.to_bytes().into())
        .map_err(|_| ApiError::bad_request("The body of the request is not UTF-8 text."))
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("The body of the request exceeds the limit of {limit} bytes."),
    )
}
