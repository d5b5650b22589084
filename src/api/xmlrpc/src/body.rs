//! Takes the document of a request, within its limits.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use thiserror::Error;
use tokio::time::timeout;

use crate::CallSettings;
use crate::budget::{Budget, Share};

/// Documents up to this length need no share of the budget.
const SHORT: usize = 64 << 10;

/// The document of a request, and its share of the budget.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its bytes.
    pub(crate) bytes: Bytes,
    /// To be kept as long as they are.
    pub(crate) share: Share,
}

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BodyError {
    /// It is longer than it may be.
    #[error("The request is larger than the limit of {0} bytes.")]
    TooLong(usize),
    /// It did not arrive in time.
    #[error("The request took longer than {} seconds to arrive.", .0.as_secs())]
    TooSlow(Duration),
    /// Others sent so much that there is no memory for it.
    #[error("The service has too many long requests in hand. Nothing was done; try again later.")]
    NoRoom,
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
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// The whole body.
///
/// One that is refused for its length is taken from the client all the same, as long as it has time to send it: clients
/// that send the whole of a request before they read would otherwise find the connection broken, and no answer.
///
/// # Errors
/// If it is too long, too slow, broken or compressed.
pub(crate) async fn read_body(
    headers: &HeaderMap,
    body: Body,
    settings: &CallSettings,
    budget: &Budget,
) -> Result<Document, BodyError> {
    let is_plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(is_plain)
    {
        return Err(BodyError::Encoded);
    }
    let mut intake = Intake {
        bytes: BytesMut::new(),
        share: Share::default(),
        refused: None,
    };
    let arrived = timeout(
        settings.body_timeout,
        intake.take_all(body, settings.max_body, budget),
    )
    .await;
    if let Some(refused) = intake.refused {
        return Err(refused);
    }
    match arrived {
        Ok(Ok(())) => Ok(Document {
            bytes: intake.bytes.freeze(),
            share: intake.share,
        }),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow(settings.body_timeout)),
    }
}

/// What has arrived of a body.
struct Intake {
    bytes: BytesMut,
    share: Share,
    refused: Option<BodyError>,
}

// === impl Intake ===

impl Intake {
    async fn take_all(
        &mut self,
        mut body: Body,
        limit: usize,
        budget: &Budget,
    ) -> Result<(), axum::Error> {
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                self.take(&data, limit, budget);
            }
            // A client that is never slower than this loop must not keep the time-out from being looked at.
            tokio::task::coop::consume_budget().await;
        }
        Ok(())
    }

    fn take(&mut self, data: &[u8], limit: usize, budget: &Budget) {
        if self.refused.is_some() {
            return;
        }
        let length = self.bytes.len() + data.len();
        if length > limit {
            self.refuse(BodyError::TooLong(limit));
        } else if length > SHORT && !budget.give(&mut self.share, data.len()) {
            self.refuse(BodyError::NoRoom);
        } else {
            self.bytes.extend_from_slice(data);
        }
    }

    fn refuse(&mut self, why: BodyError) {
        self.refused = Some(why);
        self.bytes = BytesMut::new();
        self.share = Share::default();
    }
}
