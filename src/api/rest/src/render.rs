//! Answers in the forms that end points have.

mod csv;
mod tunnel;

use std::fmt::{Display, Write};

use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use im_domain::InfId;
use im_manager::VmView;
use im_radl::Radl;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::negotiate::{Form, MediaType};

pub(crate) use csv::csv;
pub(crate) use tunnel::waiting_command;

/// Says that this node owns the infrastructure now, by which a load balancer knows where to send the next request.
const INF_ID: HeaderName = HeaderName::from_static("infid");

/// Addresses for which there is room from the beginning.
const FEW: usize = 4;

/// One address, in JSON.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UriForm {
    uri: String,
}

/// Addresses, in JSON.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UriList {
    #[serde(rename = "uri-list")]
    uris: Vec<UriForm>,
}

/// A value by its name.
struct Named<'a, T> {
    name: &'a str,
    value: T,
}

// === impl Named ===

impl<T: Serialize> Serialize for Named<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.name, &self.value)])
    }
}

/// An answer of a type.
pub(crate) fn body(kind: MediaType, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    let kind = HeaderValue::from_static(kind.as_str());
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// The answer to a change that has nothing to say.
pub(crate) fn done() -> Response {
    body(MediaType::Text, Body::empty())
}

/// An answer in JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Response, ApiError> {
    serde_json::to_vec(value)
        .map(|bytes| body(MediaType::Json, bytes))
        .map_err(|error| ApiError::fault(&error))
}

/// A value by its name, in JSON.
pub(crate) fn named(name: &str, value: impl Serialize) -> Result<Response, ApiError> {
    json(&Named { name, value })
}

/// A text as it is, or by its name in JSON.
pub(crate) fn text(form: Form, name: &str, text: String) -> Result<Response, ApiError> {
    match form {
        Form::Plain => Ok(body(MediaType::Text, text)),
        Form::Json => named(name, text),
    }
}

/// A list of addresses that begin with the same text.
pub(crate) fn uri_list(
    form: Form,
    before: &str,
    ends: impl Iterator<Item = impl Display>,
) -> Result<Response, ApiError> {
    match form {
        Form::Plain => {
            let mut list = String::with_capacity(FEW * before.len());
            for end in ends {
                let between = if list.is_empty() { "" } else { "\n" };
                list.push_str(between);
                list.push_str(before);
                // Writing to a text does not fail.
                let _ = write!(list, "{end}");
            }
            Ok(body(MediaType::UriList, list))
        }
        Form::Json => {
            let uri = |end| format!("{before}{end}");
            let uris = ends.map(|end| UriForm { uri: uri(end) }).collect();
            json(&UriList { uris })
        }
    }
}

/// One address.
pub(crate) fn uri(form: Form, uri: String) -> Result<Response, ApiError> {
    match form {
        Form::Plain => Ok(body(MediaType::UriList, uri)),
        Form::Json => json(&UriForm { uri }),
    }
}

/// A machine: RADL text, or its objects in JSON.
pub(crate) fn machine(form: Form, view: &VmView) -> Result<Response, ApiError> {
    match form {
        Form::Plain => Ok(body(MediaType::Text, view.to_text())),
        Form::Json => objects(&view.radl()),
    }
}

fn objects(radl: &Radl) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    struct Machine {
        radl: Box<RawValue>,
    }
    let radl =
        RawValue::from_string(radl.to_simple_json()).map_err(|error| ApiError::fault(&error))?;
    json(&Machine { radl })
}

/// An answer that is given as the owner of an infrastructure.
pub(crate) fn owned(id: &InfId, mut response: Response) -> Response {
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(INF_ID, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn shown(response: Response) -> (String, String) {
        let kind = response.headers()[CONTENT_TYPE]
            .to_str()
            .unwrap()
            .to_owned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (kind, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_list_of_addresses_has_no_final_line_feed() {
        let ends = || [1, 2].iter();
        assert_eq!(
            shown(uri_list(Form::Plain, "http://a/", ends()).unwrap()).await,
            ("text/uri-list".into(), "http://a/1\nhttp://a/2".into())
        );
        assert_eq!(
            shown(uri_list(Form::Json, "http://a/", ends()).unwrap())
                .await
                .1,
            r#"{"uri-list":[{"uri":"http://a/1"},{"uri":"http://a/2"}]}"#
        );
        let none = uri_list(Form::Plain, "http://a/", [0_u8; 0].iter()).unwrap();
        assert_eq!(shown(none).await.1, "");
    }

    #[tokio::test]
    async fn a_machine_in_json_is_a_list_and_a_text_is_a_text() {
        let radl = Radl::parse("system a (cpu.count = 2)").unwrap();
        assert_eq!(
            shown(objects(&radl).unwrap()).await.1,
            r#"{"radl":[{"class":"system","id":"a","cpu.count":2}]}"#
        );
        let answer = text(Form::Json, "contmsg", "a\n".into()).unwrap();
        assert_eq!(shown(answer).await.1, r#"{"contmsg":"a\n"}"#);
    }

    #[test]
    fn the_owner_says_so() {
        let response = owned(&"inf-1".parse().unwrap(), done());
        assert_eq!(response.headers()["InfID"], "inf-1");
    }
}
