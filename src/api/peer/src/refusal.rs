//! What a client is told if its request could not be sent on: in the form that its API gives errors.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::message::ClientApi;

/// Why a request was not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The owner does not answer, and nothing was done.
    OwnerSilent,
    /// The infrastructure goes from node to node, and nothing was done.
    ChangingHands,
    /// It was sent, and what became of it is not known.
    OutcomeUnknown,
}

// === impl Refusal ===

impl Refusal {
    fn text(self) -> &'static str {
        match self {
            Self::OwnerSilent => {
                "The owner of the infrastructure does not answer. Nothing was done; try again."
            }
            Self::ChangingHands => {
                "The infrastructure is changing hands. Nothing was done; try again."
            }
            Self::OutcomeUnknown => {
                "The owner of the infrastructure does not answer: it is not known whether this was done. \
                 Look before trying again."
            }
        }
    }

    /// The answer to a request with these headers. What must not be tried again without a look has no `Retry-After`.
    pub(crate) fn answer(self, api: ClientApi, headers: &HeaderMap) -> Response {
        let text = self.text();
        if api == ClientApi::XmlRpc {
            let kind = [(header::CONTENT_TYPE, "text/xml")];
            return (kind, xmlrpc(text)).into_response();
        }
        let status = match self {
            Self::OutcomeUnknown => StatusCode::GATEWAY_TIMEOUT,
            Self::OwnerSilent | Self::ChangingHands => StatusCode::SERVICE_UNAVAILABLE,
        };
        let accepts = headers.get(header::ACCEPT);
        let accepts = accepts.and_then(|accepts| accepts.to_str().ok());
        let mut response = match accepts.is_some_and(|types| types.contains("application/json")) {
            true => {
                let form = serde_json::json!({"message": text, "code": status.as_u16()});
                let kind = [(header::CONTENT_TYPE, "application/json")];
                (status, kind, form.to_string()).into_response()
            }
            false => (status, text).into_response(),
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let later = HeaderValue::from_static("2");
            response.headers_mut().insert(header::RETRY_AFTER, later);
        }
        response
    }
}

/// `[false, text]`, as every refusal of XML-RPC. The texts need no escapes.
fn xmlrpc(text: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<methodResponse><params><param><value><array><data>\
         <value><boolean>0</boolean></value><value><string>{text}</string></value>\
         </data></array></value></param></params></methodResponse>\n"
    )
}
