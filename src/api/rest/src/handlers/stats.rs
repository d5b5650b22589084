//! Statistics.

use axum::extract::State;
use im_domain::dates::{parse_day, start_of_day};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Answer;
use crate::api::Api;
use crate::error::ApiError;
use crate::extract::{Caller, Params};
use crate::negotiate::{Accept, Form, MediaType};
use crate::openapi::Refused;
use crate::{prefix, render};

/// The statistics of the user's infrastructures, destroyed ones too.
#[utoipa::path(get, path = "/stats", tag = "service", operation_id = "getStats",
    security(("imCredentials" = [])), params(
        ("init_date" = Option<String>, Query, description = "Leave out what was created before this day, `YYYY-MM-DD`."),
        ("end_date" = Option<String>, Query, description = "Leave out what was created after this day, `YYYY-MM-DD`."),
    ), responses((status = 200, description = "`stats`: one object for each infrastructure.", content((Object = "application/json"), (String = "text/csv"))), Refused))]
pub(crate) async fn stats(
    State(api): State<Api>,
    caller: Caller,
    accept: Accept,
    params: Params,
) -> Answer {
    let from = moment(&params, "init_date", Some)?;
    let until = moment(&params, "end_date", |day| day.tomorrow().ok())?;
    let found = api.manager().stats(&caller, from, until).await;
    let stats = found.map_err(|error| prefix::STATS.error(error))?;
    if accept.is_empty() || accept.has("application/json") || accept.has("*/*") {
        return render::named("stats", stats);
    }
    let table = render::csv(&stats);
    match accept.choose(MediaType::Csv)? {
        Form::Plain => Ok(render::body(MediaType::Csv, table)),
        Form::Json => render::named("stats", table),
    }
}

/// The beginning of the day of a parameter, or of the one that `which` makes of it, where the service is.
fn moment(
    params: &Params,
    name: &str,
    which: impl Fn(Date) -> Option<Date>,
) -> Result<Option<i64>, ApiError> {
    let Some(text) = params.get(name) else {
        return Ok(None);
    };
    let day = parse_day(text).ok_or_else(|| {
        ApiError::bad_request(format!("Incorrect format in {name} parameter: YYYY/MM/dd"))
    })?;
    Ok(which(day).and_then(|day| start_of_day(day, &TimeZone::system())))
}
