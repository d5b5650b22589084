//! The credentials of a request.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use im_api_server::ConnectionMemory;
use im_auth::{Credentials, LastCredentials};

use crate::api::Api;
use crate::error::ApiError;

/// Credentials that were read. Whether they suffice is decided by the use case.
#[derive(Debug)]
pub(crate) struct Caller(Credentials);

impl Deref for Caller {
    type Target = Credentials;

    fn deref(&self) -> &Credentials {
        &self.0
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .ok_or_else(ApiError::no_credentials)?;
        let site = api.settings().single_site.as_ref();
        let read = match parts.extensions.get::<ConnectionMemory>() {
            Some(memory) => {
                memory.with(|last: &mut LastCredentials| last.read(header.as_bytes(), site))
            }
            None => Credentials::from_header(header.as_bytes(), site),
        };
        read.map(Self).map_err(|_| ApiError::no_credentials())
    }
}
