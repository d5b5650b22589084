//! Headers as text.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

use crate::error::ApiError;

/// The values of a header, joined by commas where there are several; empty if there is none.
pub(crate) fn header_text<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Cow<'a, str>, ApiError> {
    if !headers.contains_key(name) {
        return Ok(Cow::Borrowed(""));
    }
    let mut values = headers.get_all(name).iter().map(|value| {
        std::str::from_utf8(value.as_bytes())
            .map_err(|_| ApiError::bad_request(format!("The header {name} is not UTF-8 text.")))
    });
    let mut text = Cow::Borrowed(values.next().transpose()?.unwrap_or_default());
    for value in values {
        let joined = text.to_mut();
        joined.push(',');
        joined.push_str(value?);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::ACCEPT;

    use super::*;

    #[test]
    fn several_values_are_one_list() {
        let mut headers = HeaderMap::new();
        assert_eq!(header_text(&headers, &ACCEPT).unwrap(), "");
        headers.append(ACCEPT, HeaderValue::from_static("a/b"));
        headers.append(ACCEPT, HeaderValue::from_static("c/d"));
        assert_eq!(header_text(&headers, &ACCEPT).unwrap(), "a/b,c/d");
    }

    #[test]
    fn broken_text_is_named() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_bytes(b"a/\xff").unwrap());
        let error = header_text(&headers, &ACCEPT).unwrap_err();
        assert_eq!(error.message(), "The header accept is not UTF-8 text.");
    }
}
