//! Where the documents that a document refers to come from.

use std::sync::Arc;

/// Gets documents by their address. The room itself opens no file and no connection; who implements this decides which
/// addresses may be reached, how long it may take and how large an answer may be.
pub trait Resolver {
    /// The text of the document at an `http` or `https` address.
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError>;

    /// The base address of the templates that a document may build on, with a slash at its end. With one, a
    /// `template_file` may be relative, and an absolute one must begin with it.
    fn template_repository(&self) -> Option<&str> {
        None
    }
}

/// A document cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    /// Why, in a few words: the reason phrase of the answer, or what went wrong before there was one.
    pub reason: String,
    /// The body of the answer, empty if there was none.
    pub body: String,
}

/// No documents at all: for templates that import nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDocuments;

// === impl NoDocuments ===

impl Resolver for NoDocuments {
    fn fetch(&self, _url: &str) -> Result<Arc<str>, FetchError> {
        Err(FetchError {
            reason: "Not Found".to_owned(),
            body: String::new(),
        })
    }
}

/// Whether a text is an address that a resolver is asked for.
pub(crate) fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// An address relative to another one.
pub(crate) fn join(base: &str, relative: &str) -> String {
    let authority_ends = base
        .find("://")
        .map(|at| at + 3)
        .and_then(|at| {
            base.get(at..)
                .and_then(|rest| rest.find('/'))
                .map(|end| at + end)
        })
        .unwrap_or(base.len());
    let (root, path) = base.split_at(authority_ends);
    if relative.starts_with('/') {
        return format!("{root}{relative}");
    }
    let mut parts: Vec<&str> = path.split('/').skip(1).collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}/{}", parts.join("/"))
}
