//! OAI-PMH, by which archives harvest the descriptions of the templates.

use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use super::Answer;
use crate::api::Api;
use crate::error::ApiError;
use crate::extract::{BaseUrl, Params, Text};
use crate::openapi::Refused;

/// How a body begins that has arguments.
const FORM: &str = "application/x-www-form-urlencoded";

/// Harvest descriptions of the TOSCA templates.
#[utoipa::path(get, path = "/oai", tag = "service", operation_id = "getOai",
    params(("verb" = Option<String>, Query, description = "A verb of OAI-PMH. The other arguments are those of the verb.")),
    responses((status = 200, description = "An answer of OAI-PMH 2.0, an error of the protocol included.", body = String, content_type = "text/xml"), Refused))]
pub(crate) async fn get(State(api): State<Api>, base: BaseUrl, params: Params) -> Answer {
    answer(&api, &base, &params.into_pairs()).await
}

/// Harvest descriptions of the TOSCA templates, with the arguments in the body.
#[utoipa::path(
    post,
    path = "/oai",
    tag = "service",
    operation_id = "postOai",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "An answer of OAI-PMH 2.0, an error of the protocol included.", body = String, content_type = "text/xml"), Refused)
)]
pub(crate) async fn post(
    State(api): State<Api>,
    base: BaseUrl,
    params: Params,
    headers: HeaderMap,
    Text(body): Text,
) -> Answer {
    let mut arguments = params.into_pairs();
    let kind = headers.get(CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(FORM.as_bytes())) {
        arguments.extend(Params::parse(&body)?.into_pairs());
    }
    answer(&api, &base, &arguments).await
}

async fn answer(api: &Api, base: &BaseUrl, arguments: &[(String, String)]) -> Answer {
    let Some(oai) = &api.settings().oai else {
        return Err(ApiError::bad_request("OAI-PMH not enabled."));
    };
    match oai.answer(&format!("{base}/oai"), arguments).await {
        Ok(page) => Ok(([(CONTENT_TYPE, "text/xml; charset=utf-8")], page).into_response()),
        Err(error) => Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            error.to_string(),
        )),
    }
}
