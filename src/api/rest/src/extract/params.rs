//! The query.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::error::ApiError;

/// The parameters of a query, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

// === impl Params ===

impl Params {
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// All parameters, in order.
    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    /// The truth of a parameter, or what it is by default.
    pub(crate) fn boolean(&self, name: &str, default: bool) -> Result<bool, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(default);
        };
        let is = |words: [&str; 3]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
        if is(["yes", "true", "1"]) {
            Ok(true)
        } else if is(["no", "false", "0"]) {
            Ok(false)
        } else {
            Err(ApiError::bad_boolean(name))
        }
    }
}

fn decode(text: &str) -> Result<String, ApiError> {
    let spaced = if text.contains('+') {
        Cow::Owned(text.replace('+', " "))
    } else {
        Cow::Borrowed(text)
    };
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| ApiError::bad_request("The query of the URL is not UTF-8 text."))
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::parse(parts.uri.query().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_repeated_parameter_counts() {
        let params = Params::parse("a=1&a=2&b&c=%C3%B1+x%zz&&=").unwrap();
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!(params.get("b"), Some(""));
        assert_eq!(params.get("c"), Some("ñ x%zz"));
        assert_eq!(params.get("A"), None);
    }

    #[test]
    fn truth_is_written_in_six_ways() {
        let of = |value: &str| {
            Params::parse(&format!("p={value}"))
                .and_then(|params| params.boolean("p", false))
                .map_err(|error| error.message().to_owned())
        };
        for value in ["yes", "YES", "True", "1"] {
            assert_eq!(of(value), Ok(true), "{value}");
        }
        for value in ["no", "False", "0"] {
            assert_eq!(of(value), Ok(false), "{value}");
        }
        for value in ["", "2", "on", "y", "%20true"] {
            let expected = Err("Incorrect value in p parameter".to_owned());
            assert_eq!(of(value), expected, "{value}");
        }
        assert!(Params::default().boolean("p", true).unwrap());
    }

    #[test]
    fn broken_text_is_refused() {
        assert!(Params::parse("filter=%ff%fe").is_err());
        assert!(Params::parse("%c3=1").is_err());
    }
}
