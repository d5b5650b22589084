//! What is remembered of a connection.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Extensions;

/// What an API remembers from one request of a connection to the next: an extension of every request. It is forgotten when
/// the connection ends.
#[derive(Clone, Debug, Default)]
pub struct ConnectionMemory(Arc<Mutex<Extensions>>);

// === impl ConnectionMemory ===

impl ConnectionMemory {
    /// Works with what is remembered in this type.
    pub fn with<T, R>(&self, work: impl FnOnce(&mut T) -> R) -> R
    where
        T: Clone + Default + Send + Sync + 'static,
    {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(remembered.get_or_insert_default())
    }
}
