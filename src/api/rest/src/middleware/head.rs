//! Answers to `HEAD`.

use axum::body::{Body, HttpBody};
use axum::response::Response;
use http::HeaderValue;
use http::header::CONTENT_LENGTH;

/// The answer without its body, of which the length is still said.
pub(super) fn without_body(mut response: Response) -> Response {
    let length = response.body().size_hint().exact();
    if let Some(length) = length
        && !response.headers().contains_key(CONTENT_LENGTH)
    {
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.body_mut() = Body::empty();
    response
}
