//! A document that is created from, added, or configured by.

use axum::extract::{FromRequest, FromRequestParts, Request};
use im_manager::Document;
use im_radl::Radl;

use super::Text;
use crate::api::Api;
use crate::error::ApiError;
use crate::negotiate::{BodyForm, ContentType};
use crate::prefix::Prefix;

/// The body of a request and the type that it has, not yet looked at.
#[derive(Clone, Debug)]
pub(crate) struct Uploaded {
    kind: ContentType,
    text: String,
}

// === impl Uploaded ===

impl Uploaded {
    /// The text, whatever it is.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The document. RADL text and TOSCA are left to the use case, that has more to check before them.
    pub(crate) fn document(self, prefix: &Prefix) -> Result<Document, ApiError> {
        match self.kind.document()? {
            BodyForm::Radl => Ok(Document::RadlText(self.text)),
            BodyForm::Json => Radl::from_json(&self.text)
                .map(|radl| Document::Radl(Box::new(radl)))
                .map_err(|error| prefix.bad_request(error)),
            BodyForm::Yaml => Ok(Document::Tosca(self.text)),
        }
    }

    /// The document, if there is a body; its type is looked at only then.
    pub(crate) fn optional_document(self, prefix: &Prefix) -> Result<Option<Document>, ApiError> {
        if self.text.is_empty() {
            return Ok(None);
        }
        self.document(prefix).map(Some)
    }

    /// The text of a body that is JSON and nothing else.
    pub(crate) fn json_text(self) -> Result<String, ApiError> {
        self.kind.expect_json()?;
        Ok(self.text)
    }
}

impl FromRequest<Api> for Uploaded {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let kind = ContentType::from_request_parts(&mut parts, api).await?;
        let Text(text) = Text::from_request(Request::from_parts(parts, body), api).await?;
        Ok(Self { kind, text })
    }
}
