//! What the clouds of the user offer.

use axum::extract::State;
use im_connectors::ImageFilter;

use super::Answer;
use crate::api::Api;
use crate::error::ApiError;
use crate::extract::{Caller, CloudId, Params};
use crate::negotiate::{Accept, MediaType};
use crate::openapi::Refused;
use crate::{prefix, render};

/// The images of a cloud.
#[utoipa::path(get, path = "/clouds/{cloudId}/images", tag = "clouds", operation_id = "getImages",
    security(("imCredentials" = [])), params(
        ("cloudId" = String, Path, description = "The `id` of a line of the credentials."),
        ("filters" = Option<String>, Query, description = "Conditions `name=value`, separated by commas."),
    ), responses((status = 200, description = "`images`: the `uri` and the `name` of each.", body = Object, content_type = "application/json"), Refused))]
pub(crate) async fn images(
    State(api): State<Api>,
    caller: Caller,
    accept: Accept,
    params: Params,
    CloudId(id): CloudId,
) -> Answer {
    let filter = params.get("filters").map(filter).transpose()?;
    let filter = filter.unwrap_or_default();
    let found = api.manager().images(&caller, &id, &filter).await;
    let images = found.map_err(|error| prefix::CLOUDS.error(error))?;
    accept.choose(MediaType::Json)?;
    render::named("images", images)
}

/// The quotas of a cloud.
#[utoipa::path(get, path = "/clouds/{cloudId}/quotas", tag = "clouds", operation_id = "getQuotas",
    security(("imCredentials" = [])), params(("cloudId" = String, Path, description = "The `id` of a line of the credentials.")),
    responses((status = 200, description = "`quotas`: `used` and `limit` by resource.", body = Object, content_type = "application/json"), Refused))]
pub(crate) async fn quotas(
    State(api): State<Api>,
    caller: Caller,
    accept: Accept,
    CloudId(id): CloudId,
) -> Answer {
    let found = api.manager().quotas(&caller, &id).await;
    let quotas = found.map_err(|error| prefix::CLOUDS.error(error))?;
    accept.choose(MediaType::Json)?;
    render::named("quotas", quotas)
}

fn filter(text: &str) -> Result<ImageFilter, ApiError> {
    let condition = |item: &str| match item.split_once('=') {
        Some((name, value)) if !value.contains('=') => Ok((name.to_owned(), value.to_owned())),
        _ => Err(ApiError::bad_request(
            "Invalid format in filters parameter.",
        )),
    };
    let conditions = text.split(',').map(condition).collect::<Result<_, _>>()?;
    Ok(ImageFilter { conditions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_have_one_sign_of_equality() {
        let pairs = filter("a=b,c=").unwrap().conditions;
        assert_eq!(
            pairs,
            [("a".into(), "b".into()), ("c".into(), String::new())]
        );
        for bad in ["", "a", "a=b=c", "a=b,"] {
            assert!(filter(bad).is_err(), "{bad}");
        }
    }
}
