//! `im purge DATE`

use std::process::ExitCode;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::args::PurgeArgs;
use crate::output::{complain, print};
use crate::{app, settings};

/// Deletes old destroyed infrastructures for good, and says how many.
pub(crate) fn run(args: &PurgeArgs) -> ExitCode {
    let Some(before) = start_of_day(&args.date) else {
        complain(format_args!(
            "error: '{}' is not a day; expected YYYY-MM-DD, as 2026-01-31.",
            args.date
        ));
        return ExitCode::from(2);
    };
    let loaded = match settings::load(args.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    let purged = app::block_on(async {
        let store = app::open_store(&loaded.settings).await?;
        store
            .purge(before, args.dry_run)
            .await
            .map_err(|error| error.to_string())
    });
    match purged {
        Ok(count) => {
            let what = if args.dry_run {
                "would be deleted"
            } else {
                "deleted"
            };
            print(format_args!(
                "{count} destroyed infrastructure{} created before {} {what}.",
                if count == 1 { "" } else { "s" },
                args.date
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// The first second of the day in UTC.
fn start_of_day(text: &str) -> Option<i64> {
    let day: Date = text.parse().ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}
