//! What a client sends.

use axum::extract::FromRequestParts;
use http::header::CONTENT_TYPE;
use http::request::Parts;

use super::media_type::{list_of, python_list};
use crate::error::ApiError;
use crate::extract::header_text;

/// The media types of `Content-Type`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContentType(Vec<String>);

/// The form of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyForm {
    /// RADL text.
    Radl,
    /// RADL in JSON.
    Json,
    /// TOSCA in YAML.
    Yaml,
}

// === impl ContentType ===

impl ContentType {
    pub(crate) fn from_text(header: &str) -> Self {
        Self(list_of(header))
    }

    /// The form of a document: RADL text if nothing is said.
    pub(crate) fn document(&self) -> Result<BodyForm, ApiError> {
        let has = |kinds: &[&str]| self.0.iter().any(|kind| kinds.contains(&kind.as_str()));
        if has(&["application/json"]) {
            Ok(BodyForm::Json)
        } else if has(&["text/yaml"]) {
            Ok(BodyForm::Yaml)
        } else if self.0.is_empty() || has(&["text/plain", "*/*", "text/*"]) {
            Ok(BodyForm::Radl)
        } else {
            Err(self.unsupported())
        }
    }

    /// For bodies that are JSON and nothing else.
    pub(crate) fn expect_json(&self) -> Result<(), ApiError> {
        if self.0.is_empty() || self.0.iter().any(|kind| kind == "application/json") {
            Ok(())
        } else {
            Err(self.unsupported())
        }
    }

    fn unsupported(&self) -> ApiError {
        ApiError::unsupported_media_type(&python_list(&self.0))
    }
}

impl<S: Sync> FromRequestParts<S> for ContentType {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Ok(Self::from_text(&header_text(
            &parts.headers,
            &CONTENT_TYPE,
        )?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_before_yaml_before_text() {
        for (header, form) in [
            ("", BodyForm::Radl),
            ("text/plain; charset=utf-8", BodyForm::Radl),
            ("*/*", BodyForm::Radl),
            ("application/yaml", BodyForm::Yaml),
            ("text/plain, text/x-yaml", BodyForm::Yaml),
            ("text/yaml, application/json", BodyForm::Json),
        ] {
            let found = ContentType::from_text(header).document();
            assert_eq!(found.ok(), Some(form), "{header}");
        }
        for header in [
            "TEXT/PLAIN",
            "application/x-www-form-urlencoded",
            "text/html",
        ] {
            let error = ContentType::from_text(header).document().unwrap_err();
            assert_eq!(
                error.message(),
                format!("Unsupported Media Type ['{header}']")
            );
        }
    }

    #[test]
    fn any_type_is_not_json() {
        assert!(ContentType::from_text("").expect_json().is_ok());
        assert!(
            ContentType::from_text("application/json; a=b")
                .expect_json()
                .is_ok()
        );
        assert!(ContentType::from_text("*/*").expect_json().is_err());
    }
}
