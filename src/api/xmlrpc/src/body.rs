//! Takes the document of a request, within its limits.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

/// How many times its limit a body that is too long is still taken from the client before it is answered: clients that
/// send the whole of a request before they read would otherwise find the connection broken, and no answer.
const DRAINED: usize = 4;

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BodyError {
    /// It is longer than it may be.
    #[error("The request is larger than the limit of {0} bytes.")]
    TooLong(usize),
    /// It did not arrive in time.
    #[error("The request took longer than {} seconds to arrive.", .0.as_secs())]
    TooSlow(Duration),
    /// The connection broke, or its framing.
    #[error("The request could not be read.")]
    Broken,
    /// It is compressed.
    #[error("The request is encoded; compressed requests are not served.")]
    Encoded,
}

// === impl BodyError ===

impl BodyError {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// The whole body.
///
/// # Errors
/// If it is too long, too slow, broken or compressed.
pub(crate) async fn read_body(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
    patience: Duration,
) -> Result<Bytes, BodyError> {
    let is_plain = |value: &http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(is_plain)
    {
        return Err(BodyError::Encoded);
    }
    let deadline = Instant::now() + patience;
    let mut whole = BytesMut::new();
    let mut length = 0_usize;
    loop {
        let frame = timeout_at(deadline, body.frame())
            .await
            .map_err(|_| BodyError::TooSlow(patience))?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length <= limit {
            whole.extend_from_slice(&data);
        } else if length > limit.saturating_mul(DRAINED) {
            break;
        } else {
            whole.clear();
        }
    }
    if length > limit {
        return Err(BodyError::TooLong(limit));
    }
    Ok(whole.freeze())
}
