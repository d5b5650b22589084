//! Errors as HTTP answers: the only file that knows their forms.
//!
//! A handler, or what extracts its arguments, fails with an [`ApiError`], which travels as an extension of an empty
//! response to the [`render`] of the outermost middleware: only there it is known what the client accepts.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use im_manager::Elsewhere;
use serde::Serialize;
use utoipa::ToSchema;

use crate::negotiate::Accept;

/// The text for a path that exists with other methods, and for one that does not exist.
const METHOD_NOT_ALLOWED: &str = "The method is not allowed for the requested URL.";
/// The text for a file that does not exist.
const NOT_FOUND: &str = "The requested URL was not found on the server. If you entered the URL manually please check \
                         your spelling and try again.";

/// What is answered instead of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    /// Another node serves the infrastructure: what forwards requests is told by this.
    elsewhere: Option<Box<Elsewhere>>,
}

/// An error, for clients that accept JSON.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorForm {
    /// What is wrong.
    message: String,
    /// The HTTP status.
    code: u16,
}

// === impl ApiError ===

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            elsewhere: None,
        }
    }

    /// Another node serves the infrastructure.
    pub(crate) fn elsewhere(mut self, elsewhere: Option<Box<Elsewhere>>) -> Self {
        self.elsewhere = elsewhere;
        self
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// A file that does not exist.
    pub(crate) fn no_such_file() -> Self {
        Self::not_found(NOT_FOUND)
    }

    /// A path that does not exist, or not with this method.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED)
    }

    /// An operation that does not exist, said as it always was.
    pub(crate) fn unknown_operation(prefix: &str) -> Self {
        Self::bad_request(format!("{prefix}404 Not Found: {NOT_FOUND}"))
    }

    /// No `Authorization`, or one that cannot be read.
    pub(crate) fn no_credentials() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "No authentication data provided")
    }

    /// A parameter that is neither true nor false.
    pub(crate) fn bad_boolean(parameter: &str) -> Self {
        Self::bad_request(format!("Incorrect value in {parameter} parameter"))
    }

    /// Nothing that the client accepts can be answered.
    pub(crate) fn not_acceptable(types: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported Accept Media Types: {types}"),
        )
    }

    /// The body is not of a type that can be read.
    pub(crate) fn unsupported_media_type(types: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported Media Type {types}"),
        )
    }

    /// A fault of the service: its cause is logged here, and the answer names the request under which it is found.
    pub(crate) fn fault(cause: &dyn std::error::Error) -> Self {
        let causes: Vec<String> = std::iter::successors(Some(cause), |error| error.source())
            .map(ToString::to_string)
            .collect();
        tracing::error!(
            cause = causes.join(": "),
            "A request failed by a fault of the service."
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error.")
    }

    /// A request whose handling broke down. The cause was logged where it was caught.
    pub(crate) fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error.")
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for ApiError {
    fn into_response(mut self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        if let Some(elsewhere) = self.elsewhere.take() {
            response.extensions_mut().insert(*elsewhere);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Fills in the error of a response, if it has one: JSON if the client accepts it, else HTML if it accepts that, else
/// text. The answer to a fault of the service has the id of the request, by which it is found in the log.
pub(crate) fn render(mut response: Response, accept: &Accept, request_id: &str) -> Response {
    let Some(mut error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    if error.status == StatusCode::INTERNAL_SERVER_ERROR {
        error.message.push_str(" Request ID: ");
        error.message.push_str(request_id);
    }
    let (kind, body) = if accept.has("application/json") {
        ("application/json", json(error))
    } else if accept.has("text/html") {
        ("text/html; charset=utf-8", html(&error))
    } else {
        ("text/plain; charset=utf-8", error.message)
    };
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::CONFLICT
    ) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    *response.body_mut() = Body::from(body);
    response
}

fn json(error: ApiError) -> String {
    let form = ErrorForm {
        code: error.status.as_u16(),
        message: error.message,
    };
    // A text and a number always have a JSON form.
    serde_json::to_string(&form).unwrap_or_default()
}

fn html(error: &ApiError) -> String {
    let code = error.status.as_u16();
    let message = escape_html(&error.message);
    format!(
        "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html>\n    <head>\n        \
         <title>Error {code}.</title>\n    </head>\n    <body>\n        <h1>Code: {code}.</h1>\n        \
         <h1>Message: {message}</h1>\n    </body>\n</html>\n"
    )
}

/// Text that stands between tags, or in an attribute between quotes.
pub(crate) fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn rendered(accept: &str, error: ApiError) -> (String, String) {
        let response = render(error.into_response(), &Accept::from_text(accept), "r-1");
        let kind = response.headers()[CONTENT_TYPE]
            .to_str()
            .unwrap()
            .to_owned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (kind, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_form_follows_what_is_accepted_anywhere_in_the_header() {
        let error = || ApiError::bad_request("a <b>");
        assert_eq!(
            rendered("text/html, application/json", error()).await,
            (
                "application/json".into(),
                r#"{"message":"a <b>","code":400}"#.into()
            )
        );
        let (kind, html) = rendered("text/*, text/html", error()).await;
        assert_eq!(kind, "text/html; charset=utf-8");
        assert!(html.contains("<h1>Code: 400.</h1>") && html.contains("Message: a &lt;b&gt;<"));
        for accept in ["", "*/*", "application/*", "image/png"] {
            assert_eq!(
                rendered(accept, error()).await,
                ("text/plain; charset=utf-8".into(), "a <b>".into())
            );
        }
    }

    #[tokio::test]
    async fn a_fault_names_the_request() {
        let (_, text) = rendered("", ApiError::broken()).await;
        assert_eq!(text, "Internal error. Request ID: r-1");
    }

    #[tokio::test]
    async fn an_overloaded_service_says_when_to_come_back() {
        let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "later");
        let response = render(error.into_response(), &Accept::default(), "r-1");
        assert_eq!(response.headers()[RETRY_AFTER], "1");
    }
}
