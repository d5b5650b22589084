//! The body of a request that may have to be served again, elsewhere.
//!
//! Nothing is read ahead: what the API reads of it, within its own limits on size and time, is remembered on the way. A
//! request that the API refused to serve because it belongs elsewhere was read to its end before that was known, or has
//! a body that means nothing.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};

/// What was read of a body so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Bytes>>>);

/// A body that is remembered while it is read.
struct Recorded {
    body: Body,
    record: Record,
}

// === impl Record ===

impl Record {
    /// Remembers a body from now on.
    pub(crate) fn of(body: Body) -> (Body, Self) {
        let record = Self::default();
        // Most requests have none.
        if body.is_end_stream() {
            return (body, record);
        }
        let recorded = Recorded {
            body,
            record: record.clone(),
        };
        (Body::new(recorded), record)
    }

    /// What was read.
    pub(crate) fn bytes(&self) -> Bytes {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pieces.len() > 1 {
            let mut whole = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
            pieces
                .iter()
                .for_each(|piece| whole.extend_from_slice(piece));
            *pieces = vec![whole.freeze()];
        }
        pieces.first().cloned().unwrap_or_default()
    }
}

// === impl Recorded ===

impl HttpBody for Recorded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            let mut pieces = self.record.0.lock().unwrap_or_else(PoisonError::into_inner);
            pieces.push(data.clone());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
