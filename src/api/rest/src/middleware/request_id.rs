//! The id of a request, by which its lines are found in the logs of all services that it passes.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// 8 to 64 letters, digits and `-`, as the header of the answer has it.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

// === impl RequestId ===

impl RequestId {
    /// The id that the request brings, if it is sane, or else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let sane = |id: &&HeaderValue| {
            let is_sane = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
            (8..=64).contains(&id.len()) && id.as_bytes().iter().all(is_sane)
        };
        let brought = headers.get(HEADER).filter(sane);
        Self(brought.cloned().unwrap_or_else(new_id))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(super) fn put(self, headers: &mut HeaderMap) {
        headers.insert(HEADER, self.0);
    }
}

fn new_id() -> HeaderValue {
    let mut text = Uuid::encode_buffer();
    let text = Uuid::new_v4().hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
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
