//! Moments in a line of the log.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-11-22 17:00:00,123`, as Python's `logging` writes it.
pub(crate) fn text(moment: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(moment);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second(),
        local.millisecond()
    )
}

/// `2026-11-22T17:00:00.123Z`.
pub(crate) fn json(moment: Timestamp) -> String {
    format!("{moment:.3}")
}
