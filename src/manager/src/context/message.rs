//! The message of the contextualization: lines with local time.

use im_domain::Infrastructure;
use im_util::Clock;
use jiff::tz::TimeZone;

/// Adds a line to the message of an infrastructure: local date and time with microseconds, a colon, the text.
pub(crate) fn note(infrastructure: &mut Infrastructure, clock: &dyn Clock, text: &str) {
    let now = clock.now().to_zoned(TimeZone::system());
    let line = format!("{}: {text}\n", now.strftime("%Y-%m-%d %H:%M:%S%.6f"));
    infrastructure.cont_out.push_str(&line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use im_domain::InfId;
    use im_util::ManualClock;

    #[test]
    fn a_line_has_six_digits_behind_the_second_even_if_they_are_zero() {
        let mut infrastructure = Infrastructure::new(InfId::random(), Vec::new(), 0);
        note(
            &mut infrastructure,
            &ManualClock::at(1_000),
            "Select master VM",
        );
        let (stamp, text) = infrastructure.cont_out.split_at(26);
        assert_eq!(text, ": Select master VM\n");
        assert!(stamp.ends_with(":40.000000"), "{stamp}");
    }
}
