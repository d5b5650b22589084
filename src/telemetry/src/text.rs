//! A line in the form of IM.

use jiff::tz::TimeZone;

use crate::form::Line;
use crate::time;

/// `<local time> - <logger> - <level> - Inf ID: <id>: <message> <field>=<value> ...`
pub(crate) fn line(line: &Line<'_>, zone: &TimeZone) -> String {
    let mut text = format!(
        "{} - {} - {} - ",
        time::text(line.moment, zone),
        line.logger,
        line.happening.level
    );
    if let Some(id) = line.happening.inf_id {
        text.push_str("Inf ID: ");
        text.push_str(id);
        text.push_str(": ");
    }
    text.push_str(line.happening.message);
    for (name, value) in &line.happening.fields {
        if !text.ends_with(' ') {
            text.push(' ');
        }
        text.push_str(&format!("{name}={value}"));
    }
    text.push('\n');
    text
}
