//! The variable parts of a path.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use im_domain::InfId;
use percent_encoding::percent_decode_str;

use crate::error::ApiError;
use crate::prefix::Prefix;

/// The variable parts, decoded, in order.
#[derive(Clone, Debug)]
pub(crate) struct PathTexts(Vec<String>);

/// An infrastructure as the path names it, with the parts after it.
#[derive(Clone, Debug)]
pub(crate) struct Inf(PathTexts);

/// The last segment of a path, decoded.
#[derive(Clone, Debug)]
pub(crate) struct LastSegment(pub(crate) String);

// === impl PathTexts ===

impl PathTexts {
    /// The variable part with this number, from 0.
    pub(crate) fn get(&self, number: usize) -> &str {
        self.0.get(number).map_or("", String::as_str)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathTexts {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| not_text())?;
        Ok(Self(
            params.iter().map(|(_, value)| value.to_owned()).collect(),
        ))
    }
}

// === impl Inf ===

impl Inf {
    /// The id; a text that cannot be one is answered like one that does not exist.
    pub(crate) fn id(&self, prefix: &Prefix) -> Result<InfId, ApiError> {
        self.0
            .get(0)
            .parse()
            .map_err(|_| prefix.no_infrastructure())
    }

    /// The machine, as the client wrote it.
    pub(crate) fn vm(&self) -> &str {
        self.0.get(1)
    }

    /// What comes after the machine: a property, or a disk.
    pub(crate) fn third(&self) -> &str {
        self.0.get(2)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Inf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        PathTexts::from_request_parts(parts, state).await.map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for LastSegment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let segment = parts.uri.path().rsplit('/').next().unwrap_or_default();
        let text = percent_decode_str(segment)
            .decode_utf8()
            .map_err(|_| not_text())?;
        Ok(Self(text.into_owned()))
    }
}

/// Says in the lines of the log which infrastructure the request is about, where its path does not.
pub(crate) fn name_infrastructure(id: &str) {
    tracing::Span::current().record("inf.id", id);
}

fn not_text() -> ApiError {
    ApiError::bad_request("The path of the URL is not UTF-8 text.")
}
