//! Headers that let pages of other origins call the API from a browser.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue};

const METHODS: HeaderValue = HeaderValue::from_static("PUT, GET, POST, DELETE, OPTIONS");
const HEADERS: HeaderValue =
    HeaderValue::from_static("Origin, Accept, Content-Type, Authorization");

/// The origin that the answer allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    origin: HeaderValue,
    /// Whether it depends on the origin of the request.
    varies: bool,
}

/// Of one configured origin, that; of several the one that the request comes from, or else the first.
pub(super) fn allowed(origins: &[String], request: &HeaderMap) -> Option<Allowed> {
    let asking = request.get(ORIGIN).map(HeaderValue::as_bytes);
    let found = origins
        .iter()
        .find(|origin| *origin == "*" || Some(origin.as_bytes()) == asking)
        .or_else(|| origins.first())?;
    Some(Allowed {
        origin: HeaderValue::from_str(found).ok()?,
        varies: origins.len() > 1,
    })
}

pub(super) fn put(headers: &mut HeaderMap, allowed: Option<Allowed>) {
    let Some(Allowed { origin, varies }) = allowed else {
        return;
    };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    if varies {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(origins: &[&str], asking: &'static str) -> String {
        let origins: Vec<String> = origins.iter().map(ToString::to_string).collect();
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static(asking));
        let mut answer = HeaderMap::new();
        put(&mut answer, allowed(&origins, &headers));
        let value = answer.get(ACCESS_CONTROL_ALLOW_ORIGIN);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn one_origin_is_always_named_and_of_several_the_asking_one() {
        assert_eq!(origin(&["http://a"], "http://b"), "http://a");
        assert_eq!(origin(&["http://a", "http://b"], "http://b"), "http://b");
        assert_eq!(origin(&["http://a", "http://b"], "http://c"), "http://a");
        assert_eq!(origin(&["*"], "http://c"), "*");
        assert_eq!(origin(&[], "http://c"), "");
    }
}
