//! Calls at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Attempt, Call, Layer};
use crate::{ConnectorError, ErrorKind, Retry};

/// Lets a bounded number of calls run at a time, in order of arrival. Connectors to the same cloud share one.
#[derive(Clone, Debug)]
pub struct Limit {
    places: Arc<Semaphore>,
}

// === impl Limit ===

impl Limit {
    /// That many calls at a time; 0 counts as 1.
    pub fn new(calls: usize) -> Self {
        Self::sharing(Arc::new(Self::places(calls)))
    }

    /// The places of a limit, to be shared.
    pub(crate) fn places(calls: usize) -> Semaphore {
        Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))
    }

    /// With the places of other connectors to the same cloud.
    pub(crate) fn sharing(places: Arc<Semaphore>) -> Self {
        Self { places }
    }
}

impl Layer for Limit {
    async fn around<'a, T: Send + 'a>(
        &'a self,
        call: Call<'a>,
        attempt: impl Fn() -> Attempt<'a, T> + Send + Sync + 'a,
    ) -> Result<T, ConnectorError> {
        let _place = self.places.acquire().await.map_err(|closed| {
            ConnectorError::new(
                ErrorKind::Unavailable,
                Retry::Never,
                call.operation,
                "This service is ending and calls no cloud any more.",
            )
            .caused_by(closed)
        })?;
        attempt().await
    }
}
