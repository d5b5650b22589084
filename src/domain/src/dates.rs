//! Moments as documents and answers write them. The moment, and the zone where people read it, are arguments.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A line of a contextualization message: `YYYY-MM-DD hh:mm:ss.ffffff: text` and a line feed.
pub fn message_line(now: Timestamp, zone: &TimeZone, text: &str) -> String {
    format!(
        "{}: {text}\n",
        now.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S.%6f")
    )
}

/// A moment in seconds of the epoch as `YYYY-MM-DD hh:mm:ss`; empty if there is no such moment.
pub fn date_and_time(epoch_seconds: i64, zone: &TimeZone) -> String {
    Timestamp::from_second(epoch_seconds)
        .map(|moment| {
            moment
                .to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string()
        })
        .unwrap_or_default()
}

/// Reads a day, `YYYY-MM-DD` or with slashes, zeros at the beginning of a number may be missing. `None` if it is no day.
pub fn parse_day(text: &str) -> Option<Date> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let mut number = |digits: std::ops::RangeInclusive<usize>| -> Option<i16> {
        let part = parts.next()?;
        let plain = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if plain { part.parse().ok() } else { None }
    };
    let (year, month, day) = (number(4..=4)?, number(1..=2)?, number(1..=2)?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The moment at which a day begins in a zone, in seconds of the epoch.
pub fn start_of_day(day: Date, zone: &TimeZone) -> Option<i64> {
    day.to_zoned(zone.clone())
        .ok()
        .map(|moment: Zoned| moment.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_the_forms_that_clients_write() {
        let day = Date::new(2020, 1, 2).ok();
        for text in ["2020-01-02", "2020/01/02", "2020-1-2", "2020/1/02"] {
            assert_eq!(parse_day(text), day, "{text}");
        }
        for text in [
            "",
            "2020",
            "abc",
            "2020-13-01",
            "2020-02-30",
            "01-01-2020",
            "2020-01/02",
            "2020-1-2-3",
            "2020-01-02 ",
            "+020-1-1",
            "2020--1",
            "٢٠٢٠-1-1",
        ] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_written_as_the_reference_writes_them() {
        let moment = Timestamp::from_microsecond(1_795_346_054_420_243).unwrap();
        assert_eq!(
            message_line(moment, &TimeZone::UTC, "Select master VM"),
            "2026-11-22 11:14:14.420243: Select master VM\n"
        );
        assert_eq!(
            date_and_time(1_795_346_054, &TimeZone::UTC),
            "2026-11-22 11:14:14"
        );
        assert_eq!(date_and_time(i64::MAX, &TimeZone::UTC), "");
    }

    #[test]
    fn a_day_begins_where_people_are() {
        let day = Date::new(1970, 1, 2).unwrap();
        assert_eq!(start_of_day(day, &TimeZone::UTC), Some(86_400));
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(start_of_day(day, &east), Some(79_200));
    }
}
