//! Where the documents that a TOSCA document refers to come from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use im_tosca::{FetchError, NoDocuments};

/// Gets documents by their address. Who implements it decides which addresses may be reached, how long that may take, how
/// large an answer may be, and what is remembered.
///
/// Documents are asked for concurrently, and a fetch is dropped in the middle if whoever wanted it has gone.
#[async_trait]
pub trait DocumentSource: fmt::Debug + Send + Sync {
    /// The text of the document at an `http` or `https` address.
    ///
    /// # Errors
    /// [`FetchError`]: its reason becomes part of what the author of the document is told.
    async fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError>;

    /// How long one request may wait for all its documents together.
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// How many documents one request may have.
    fn most_documents(&self) -> usize {
        300
    }

    /// The base address of the templates that a document may build on, with a slash at its end. With one, a
    /// `template_file` may be relative, and an absolute one must begin with it.
    fn template_repository(&self) -> Option<&str> {
        None
    }
}

/// No documents at all.
#[async_trait]
impl DocumentSource for NoDocuments {
    async fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        im_tosca::Resolver::fetch(self, url)
    }
}
