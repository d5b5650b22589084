//! Clouds, estimates and statistics; and the version.

use dxr::Value;
use im_connectors::ImageFilter;
use im_domain::dates::{parse_day, start_of_day};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::{Method, method, text};
use crate::answer::{Answer, Refusal};
use crate::call::{Call, whole_number_or_text};
use crate::json::from_json;

pub(super) const METHODS: &[Method] = &[
    method!(version as "GetVersion"()),
    method!(images as "GetCloudImageList"("cloud_id", "auth")["filters"]),
    method!(quotas as "GetCloudQuotas"("cloud_id", "auth")),
    method!(estimate as "EstimateResources"("radl", "auth")),
    method!(stats as "GetStats"("init_date", "end_date", "auth")),
];

async fn version(_call: Call) -> Answer {
    text(env!("CARGO_PKG_VERSION"))
}

async fn images(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let cloud = call.text(0)?;
    let filter = image_filter(&mut call)?;
    let images = call.manager.images(&credentials, &cloud, &filter).await?;
    Ok(from_json(json!(images)))
}

async fn quotas(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let cloud = call.text(0)?;
    let quotas = call.manager.quotas(&credentials, &cloud).await?;
    Ok(from_json(json!(quotas)))
}

async fn estimate(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let document = call.document(0)?;
    let estimate = call.manager.estimate(&credentials, document).await?;
    Ok(from_json(json!(estimate)))
}

async fn stats(mut call: Call) -> Answer {
    let credentials = call.credentials(2)?;
    let from = beginning(call.optional_text(0)?.as_deref());
    let until = end(call.optional_text(1)?.as_deref());
    let stats = call.manager.stats(&credentials, from, until).await?;
    Ok(from_json(json!(stats)))
}

/// A structure of conditions, or nothing.
fn image_filter(call: &mut Call) -> Result<ImageFilter, Refusal> {
    let conditions = match call.take(2) {
        Value::Nil => Some(Vec::new()),
        Value::Struct(members) => members
            .into_iter()
            .map(|(name, value)| Some((name, whole_number_or_text(value)?)))
            .collect(),
        _ => None,
    };
    let conditions = conditions.ok_or_else(|| call.wrong_type(2, "a structure of texts"))?;
    Ok(ImageFilter { conditions })
}

/// The first second of a day. Nothing is younger than what is not the date of a day, as clients know it.
fn beginning(date: Option<&str>) -> Option<i64> {
    let date = date.filter(|date| !date.is_empty())?;
    let moment = day(date).and_then(|day| start_of_day(day, &TimeZone::system()));
    Some(moment.unwrap_or(i64::MAX))
}

/// The first second after a day. Nothing is older than what is not the date of a day.
fn end(date: Option<&str>) -> Option<i64> {
    let date = date.filter(|date| !date.is_empty())?;
    let next = day(date).and_then(|day| day.tomorrow().ok());
    let moment = next.and_then(|day| start_of_day(day, &TimeZone::system()));
    Some(moment.unwrap_or(i64::MIN))
}

/// Here, other than in REST, slashes do not make a date.
fn day(text: &str) -> Option<Date> {
    parse_day(text).filter(|_| !text.contains('/'))
}
