//! Lengths of time.

use std::time::Duration;

use super::{Codec, Refusal};

/// A time in seconds, maybe none at all.
pub(crate) struct Seconds;
/// A time in seconds that is longer than nothing.
pub(crate) struct Interval;
/// A time in seconds that is longer than nothing, or blank.
pub(crate) struct OptionalInterval;
/// A time in milliseconds.
pub(crate) struct Milliseconds;

/// The longest time that makes sense, in seconds: a hundred years.
const LONGEST: f64 = 3_155_760_000.0;

// === impl Codec ===

impl Codec for Seconds {
    type Value = Duration;
    const EXPECTED: &'static str = "a number of seconds, 0 or more";
    const UNIT: &'static str = "seconds";

    fn parse(text: &str) -> Result<Duration, Refusal> {
        seconds(text).ok_or_else(Refusal::default)
    }

    fn text(value: &Duration) -> String {
        value.as_secs_f64().to_string()
    }
}

impl Codec for Interval {
    type Value = Duration;
    const EXPECTED: &'static str = "a number of seconds greater than 0";
    const UNIT: &'static str = "seconds";

    fn parse(text: &str) -> Result<Duration, Refusal> {
        seconds(text)
            .filter(|time| !time.is_zero())
            .ok_or_else(Refusal::default)
    }

    fn text(value: &Duration) -> String {
        Seconds::text(value)
    }
}

impl Codec for OptionalInterval {
    type Value = Option<Duration>;
    const EXPECTED: &'static str = "a number of seconds greater than 0, or nothing";
    const UNIT: &'static str = "seconds";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        Interval::parse(text).map(Some)
    }

    fn text(value: &Self::Value) -> String {
        value.as_ref().map(Interval::text).unwrap_or_default()
    }
}

impl Codec for Milliseconds {
    type Value = Duration;
    const EXPECTED: &'static str = "a whole number of milliseconds, 0 or more";
    const UNIT: &'static str = "milliseconds";

    fn parse(text: &str) -> Result<Duration, Refusal> {
        text.parse::<u32>()
            .map(|millis| Duration::from_millis(millis.into()))
            .map_err(|_| Refusal::default())
    }

    fn text(value: &Duration) -> String {
        value.as_millis().to_string()
    }
}

/// Seconds as a decimal number; signs, exponents and words such as `inf` are not numbers here.
fn seconds(text: &str) -> Option<Duration> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = plain.then_some(text)?.parse().ok()?;
    (number <= LONGEST).then(|| Duration::try_from_secs_f64(number).ok())?
}
