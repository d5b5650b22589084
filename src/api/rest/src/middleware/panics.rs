//! Handlers that break down.

use std::panic::AssertUnwindSafe;

use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use crate::error::ApiError;

/// The response, or that the service is at fault.
///
/// Nothing that the handler worked on is seen again: what it shares with others is behind the manager, whose changes are
/// visible only once they are committed. That makes it safe to go on.
pub(super) async fn caught(work: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("The handling of a request ended in a panic.");
            ApiError::broken().into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        let response = caught(async { panic!("on purpose") }).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
