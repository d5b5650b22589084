//! The variable parts of a path.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use http::request::Parts;
use im_domain::{IdError, InfId};
use percent_encoding::percent_decode_str;

use crate::error::ApiError;
use crate::prefix::Prefix;

/// A path that begins with an infrastructure, and what it names after it: nothing where it does not go so far.
#[derive(Clone, Debug)]
pub(crate) struct Inf {
    id: Result<InfId, IdError>,
    vm: String,
    disk: String,
}

/// A path that begins with a cloud: its `id`.
#[derive(Clone, Debug)]
pub(crate) struct CloudId(pub(crate) String);

/// All of a path after its first segment, slashes included, decoded.
#[derive(Clone, Debug)]
pub(crate) struct FilePath(pub(crate) String);

/// The last segment of a path, decoded.
#[derive(Clone, Debug)]
pub(crate) struct LastSegment(pub(crate) String);

// === impl Inf ===

impl Inf {
    /// The id; a text that cannot be one is answered like one that does not exist.
    pub(crate) fn id(&self, prefix: &Prefix) -> Result<InfId, ApiError> {
        self.id.clone().map_err(|_| prefix.no_infrastructure())
    }

    /// The machine, as the client wrote it.
    pub(crate) fn vm(&self) -> &str {
        &self.vm
    }

    /// The disk, as the client wrote it.
    pub(crate) fn disk(&self) -> &str {
        &self.disk
    }
}

impl<S: Sync> FromRequestParts<S> for Inf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        // `/infrastructures/ID/vms/VM/disks/DISK`
        let mut segments = parts.uri.path().split('/').skip(2).step_by(2);
        let mut next = || decoded(segments.next().unwrap_or_default());
        Ok(Self {
            id: next()?.parse(),
            vm: next()?.into_owned(),
            disk: next()?.into_owned(),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for CloudId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let segment = parts.uri.path().split('/').nth(2);
        Ok(Self(decoded(segment.unwrap_or_default())?.into_owned()))
    }
}

impl<S: Sync> FromRequestParts<S> for FilePath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let rest = parts.uri.path().splitn(3, '/').nth(2);
        Ok(Self(decoded(rest.unwrap_or_default())?.into_owned()))
    }
}

impl<S: Sync> FromRequestParts<S> for LastSegment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let segment = parts.uri.path().rsplit('/').next().unwrap_or_default();
        Ok(Self(decoded(segment)?.into_owned()))
    }
}

/// Says in the lines of the log which infrastructure the request is about, where its path does not.
pub(crate) fn name_infrastructure(id: &str) {
    tracing::Span::current().record("inf.id", id);
}

fn decoded(segment: &str) -> Result<Cow<'_, str>, ApiError> {
    if segment.bytes().all(|byte| byte != b'%') {
        return Ok(Cow::Borrowed(segment));
    }
    percent_decode_str(segment)
        .decode_utf8()
        .map_err(|_| ApiError::bad_request("The path of the URL is not UTF-8 text."))
}
