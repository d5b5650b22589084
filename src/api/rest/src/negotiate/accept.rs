//! What a client wants to get.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::ACCEPT;
use http::request::Parts;

use super::media_type::{MediaType, list_of, python_list};
use crate::error::ApiError;
use crate::extract::header_text;

/// The media types of `Accept`, in the order of the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accept(Vec<String>);

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The form that the end point has by itself.
    Plain,
    /// JSON.
    Json,
}

// === impl Accept ===

impl Accept {
    /// What a request accepts.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        header_text(headers, &ACCEPT).map(|text| Self::from_text(&text))
    }

    pub(crate) fn from_text(header: &str) -> Self {
        Self(list_of(header))
    }

    pub(crate) fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|accepted| accepted == kind)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The form of an answer whose own type is `own`: that of the first media type of the header that is known here.
    pub(crate) fn choose(&self, own: MediaType) -> Result<Form, ApiError> {
        if self.0.is_empty() {
            return Ok(Form::Plain);
        }
        self.0
            .iter()
            .find_map(|kind| match kind.as_str() {
                "application/json" | "application/*" => Some(Form::Json),
                "*/*" | "text/*" => Some(Form::Plain),
                kind if kind == own.as_str() => Some(Form::Plain),
                _ => None,
            })
            .ok_or_else(|| ApiError::not_acceptable(&self.0.join(",")))
    }

    /// Whether a property that is made for JSON may be answered at all: it looks at the whole header first.
    pub(crate) fn allow_json(&self) -> Result<(), ApiError> {
        let allowed = ["application/json", "application/*", "*/*"];
        if self.0.is_empty() || allowed.iter().any(|kind| self.has(kind)) {
            return Ok(());
        }
        Err(ApiError::not_acceptable(&python_list(&self.0)))
    }
}

impl<S: Sync> FromRequestParts<S> for Accept {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::of(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(header: &str, own: MediaType) -> Result<Form, String> {
        Accept::from_text(header)
            .choose(own)
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_first_known_type_wins_whatever_its_weight() {
        for (header, form) in [
            ("", Form::Plain),
            ("text/uri-list", Form::Plain),
            ("application/json, text/plain", Form::Json),
            ("text/plain, application/json", Form::Json),
            ("text/html, application/json;q=0.9", Form::Json),
            ("application/xml, */*;q=0.1", Form::Plain),
            ("application/*", Form::Json),
            ("text/*", Form::Plain),
        ] {
            assert_eq!(choose(header, MediaType::UriList), Ok(form), "{header}");
        }
        assert_eq!(
            choose("text/plain, application/json", MediaType::Text),
            Ok(Form::Plain)
        );
    }

    #[test]
    fn what_is_not_acceptable_is_named() {
        assert_eq!(
            choose("application/xml;q=1,TEXT/PLAIN", MediaType::Text),
            Err("Unsupported Accept Media Types: application/xml,TEXT/PLAIN".into())
        );
        let gate = Accept::from_text("text/*").allow_json().unwrap_err();
        assert_eq!(gate.message(), "Unsupported Accept Media Types: ['text/*']");
        for header in ["", "*/*", "text/plain, application/json", "application/*"] {
            assert!(Accept::from_text(header).allow_json().is_ok(), "{header}");
        }
    }
}
