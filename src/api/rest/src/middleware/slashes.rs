//! Paths with doubled slashes.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use im_api_server::Answering;

use crate::error::{ApiError, escape_html};
use crate::extract::BaseUrl;

/// [`answer`], as what is put around every answer expects it.
pub(super) fn answering(request: Request) -> Answering {
    let (parts, _) = request.into_parts();
    Box::pin(async move { answer(&parts).unwrap_or_else(IntoResponse::into_response) })
}

/// Sends the client to the path with single slashes. One that begins with two could lead to another host, and is refused.
fn answer(parts: &Parts) -> Result<Response, ApiError> {
    let path = parts.uri.path();
    if path.starts_with("//") {
        let mut response = Response::new(Body::from(
            "Absolute URI not allowed if server is not a proxy.",
        ));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        let kind = HeaderValue::from_static("text/plain");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        return Ok(response);
    }
    let single = path.split('/').filter(|name| !name.is_empty());
    let single: String = single.flat_map(|name| ["/", name]).collect();
    let slash = if path.ends_with('/') { "/" } else { "" };
    let query = parts.uri.query().map(|query| format!("?{query}"));
    let target = format!(
        "{}{single}{slash}{}",
        BaseUrl::of(parts)?,
        query.unwrap_or_default()
    );
    let location = HeaderValue::from_str(&target)
        .map_err(|_| ApiError::bad_request("The path of the URL is not text."))?;
    let shown = escape_html(&target);
    let mut response = Response::new(Body::from(format!(
        "<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n<p>You should be \
         redirected automatically to the target URL: <a href=\"{shown}\">{shown}</a>. If not, click the link.\n"
    )));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Response {
        let request = http::Request::builder()
            .uri(path)
            .header("Host", "im.example");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        answer(&parts).unwrap()
    }

    #[test]
    fn slashes_are_merged() {
        let response = of("/infrastructures//x///y?a=//");
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        let location = &response.headers()[LOCATION];
        assert_eq!(location, "http://im.example/infrastructures/x/y?a=//");
    }
}
