//! What answers requests, and what can be put around it.
//!
//! axum's own middleware clones everything below it, boxed layer by layer, for each request. Here a layer costs the count of a
//! reference and one allocation; `loadtest/README.md` has the figures.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::Service;

/// An answer that is being made.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests. Cheap to clone.
#[derive(Clone)]
pub struct Handler(Arc<dyn Fn(Request) -> Answering + Send + Sync>);

// === impl Handler ===

impl Handler {
    /// A handler that answers by this function.
    pub fn new<F, A>(answer: F) -> Self
    where
        F: Fn(Request) -> A + Send + Sync + 'static,
        A: Future<Output = Response> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(answer(request))))
    }

    /// Answers a request.
    pub fn answer(&self, request: Request) -> Answering {
        (self.0)(request)
    }
}

impl From<Router> for Handler {
    fn from(router: Router) -> Self {
        Self::new(move |request| {
            // A router is always ready.
            let answering = router.clone().call(request);
            async {
                let Ok::<_, Infallible>(response) = answering.await;
                response
            }
        })
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}
