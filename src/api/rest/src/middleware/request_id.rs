//! The id of a request, by which its lines are found in the logs of all services that it passes.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// 8 to 64 letters, digits and `-`.
#[derive(Clone, Debug)]
pub(super) struct RequestId(String);

// === impl RequestId ===

impl RequestId {
    /// The id that the request brings, if it is sane, or else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let brought = headers.get(HEADER).and_then(|value| value.to_str().ok());
        let sane = |id: &&str| {
            (8..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        Self(
            brought
                .filter(sane)
                .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned),
        )
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn put(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(HEADER, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sane_ids_are_kept() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_static(value));
            RequestId::of(&headers).as_str().to_owned()
        };
        assert_eq!(of("abc-12345"), "abc-12345");
        for bad in [
            "",
            "short",
            "with space",
            "<script>alert(1)</script>",
            "a_b_c_d_e_f",
        ] {
            assert_ne!(of(bad), bad);
        }
        assert_eq!(RequestId::of(&HeaderMap::new()).as_str().len(), 36);
    }
}
