//! HAProxy's times and sizes.

use std::time::Duration;

/// A time: a number with `us`, `ms`, `s`, `m`, `h` or `d`; without a unit it is in milliseconds, unless said otherwise.
pub(super) fn time(text: &str) -> Option<Duration> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit {
        "us" => return Some(Duration::from_micros(number)),
        "" | "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.checked_mul(milliseconds)?))
}

/// A time as people say it.
pub(super) fn spoken(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, milliseconds) in [
            ("60m", 3_600_000),
            ("90s", 90_000),
            ("1h", 3_600_000),
            ("2d", 172_800_000),
            ("500", 500),
            ("7ms", 7),
        ] {
            assert_eq!(
                time(text),
                Some(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        assert_eq!(time("1w"), None);
        assert_eq!(time("m"), None);
        assert_eq!(time("99999999999999999999d"), None);
        assert_eq!(time("999999999999999999d"), None);
    }
}
