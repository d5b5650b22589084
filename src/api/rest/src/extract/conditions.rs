//! What a request says beside its call, in the headers `If-Match` (RFC 9110, section 13.1.1) and `Idempotency-Key`
//! (draft-ietf-httpapi-idempotency-key-header).

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use im_domain::{InfId, Version};
use im_manager::{Conditions, IdempotencyKey, Manager};
use sha2::{Digest, Sha256};

use super::headers::header_text;
use crate::api::Api;
use crate::error::ApiError;
use crate::render;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key that is taken, in characters.
const LONGEST_KEY: usize = 255;

/// The API, for one request.
#[derive(Debug)]
pub(crate) struct ForRequest {
    api: Api,
    manager: Manager,
    /// With what the request is, without its body.
    key: Option<(String, Sha256)>,
    versions: Option<Vec<Version>>,
}

// === impl ForRequest ===

impl ForRequest {
    /// The use cases, under the condition `If-Match`.
    pub(crate) fn manager(&self) -> &Manager {
        &self.manager
    }

    /// The use cases that create something out of this body: a repeat under the same key is answered as the first one.
    pub(crate) fn creating(&mut self, body: &str) {
        let Some((key, mut digest)) = self.key.take() else {
            return;
        };
        digest.update(body.as_bytes());
        let digest = digest.finalize();
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.manager = self.api.manager().for_request(Conditions {
            key: Some(IdempotencyKey { key, digest }),
            versions: self.versions.clone(),
        });
    }

    /// An answer that is given as the owner of an infrastructure, with the version that it shows. One that was given
    /// before is repeated by whatever node.
    pub(crate) fn owned(&self, id: &InfId, response: Response) -> Response {
        if self.manager.is_repeated() {
            return response;
        }
        let mut response = render::owned(id, response);
        if let Some(version) = self.manager.version()
            && let Ok(tag) = HeaderValue::try_from(format!("\"{version}\""))
        {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

impl FromRequestParts<Api> for ForRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let versions = versions(&parts.headers)?;
        Ok(Self {
            api: api.clone(),
            manager: api.manager().for_request(Conditions {
                key: None,
                versions: versions.clone(),
            }),
            key: key(&parts.headers)?.map(|key| (key, digest(parts))),
            versions,
        })
    }
}

/// What a request is, without its body.
fn digest(parts: &Parts) -> Sha256 {
    let mut digest = Sha256::new();
    let kind = parts.headers.get(CONTENT_TYPE);
    for part in [
        parts.method.as_str().as_bytes(),
        parts.uri.to_string().as_bytes(),
        kind.map(HeaderValue::as_bytes).unwrap_or_default(),
    ] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest
}

/// The key of a request: in quotation marks, as a text of structured fields, or without.
fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    let quoted = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let text = quoted.unwrap_or(text);
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if values.next().is_some() || text.is_empty() || text.len() > LONGEST_KEY || !is_plain {
        return Err(ApiError::bad_request(format!(
            "The header Idempotency-Key must be there once, with 1 to {LONGEST_KEY} characters of printable ASCII."
        )));
    }
    Ok(Some(text.to_owned()))
}

/// The versions that a change is meant for; `None`: any. Tags of others and weak ones are those of no version.
fn versions(headers: &HeaderMap) -> Result<Option<Vec<Version>>, ApiError> {
    if !headers.contains_key(IF_MATCH) {
        return Ok(None);
    }
    let text = header_text(headers, &IF_MATCH)?;
    if text.trim() == "*" {
        return Ok(None);
    }
    let mut versions = Vec::new();
    for tag in text.split(',').map(str::trim) {
        let strong = tag.strip_prefix("W/").unwrap_or(tag);
        let inner = strong
            .strip_prefix('"')
            .and_then(|tag| tag.strip_suffix('"'));
        let Some(inner) = inner.filter(|inner| !inner.contains('"')) else {
            return Err(ApiError::bad_request(
                "The header If-Match must be * or a list of entity tags, such as \"7\".",
            ));
        };
        if !tag.starts_with("W/")
            && let Ok(version) = inner.parse()
        {
            versions.push(Version(version));
        }
    }
    Ok(Some(versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn tags_are_versions_or_match_nothing() {
        let read = |values: &[&[u8]]| versions(&headers(IF_MATCH, values));
        let some = |versions: &[u64]| Some(versions.iter().copied().map(Version).collect());
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[b"*"]).unwrap(), None);
        assert_eq!(read(&[b"\"7\""]).unwrap(), some(&[7]));
        assert_eq!(
            read(&[b"\"7\", \"8\"", b"\"9\""]).unwrap(),
            some(&[7, 8, 9])
        );
        assert_eq!(read(&[b"W/\"7\""]).unwrap(), some(&[]));
        assert_eq!(read(&[b"\"abc\""]).unwrap(), some(&[]));
        for bad in [&b"7"[..], b"", b"\"7", b"\"7\" \"8\"", b"\"7\",", b"\xff"] {
            assert!(read(&[bad]).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_key_is_short_printable_and_alone() {
        let read = |values: &[&[u8]]| key(&headers(IDEMPOTENCY_KEY, values));
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&[b"a-b c"]).unwrap().unwrap(), "a-b c");
        assert_eq!(read(&[b"\"a-b\""]).unwrap().unwrap(), "a-b");
        assert!(read(&[&[b'k'; 255]]).is_ok());
        for bad in [
            &b""[..],
            b"\"\"",
            b"\xc3\xa9",
            b"a\tb",
            &[b'k'; 256],
            &[b'k'; 10_000],
        ] {
            assert!(read(&[bad]).is_err(), "{bad:?}");
        }
        assert!(read(&[b"a", b"a"]).is_err());
    }
}
