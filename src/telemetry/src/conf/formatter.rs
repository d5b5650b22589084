//! A section `[formatter_...]`.

use super::{ConfSection, Reader};
use crate::pattern::{Pattern, PatternError};
use crate::settings::LineForm;

/// The end of the names of classes that write JSON: those of python-json-logger.
const JSON: &str = "JsonFormatter";

pub(super) fn read(reader: &mut Reader<'_>, section: &ConfSection) -> Option<LineForm> {
    // What has percent signs of its own is not looked at for references, nor does Python.
    let raw = |name: &str| {
        section
            .entry(name)
            .map(|entry| entry.raw.trim().to_owned())
            .unwrap_or_default()
    };
    let class = reader.value(section, "class").unwrap_or_default();
    let last = class.rsplit('.').next().unwrap_or_default();
    if !["", "Formatter", JSON].contains(&last) {
        let message = format!(
            "class is '{class}', but logging.Formatter, pythonjsonlogger.json.JsonFormatter, or no class was expected."
        );
        reader.refuse(section, section.entry("class"), message);
        return None;
    }
    let style = raw("style");
    if !["", "%"].contains(&style.as_str()) {
        let message =
            format!("style is '{style}', but % was expected, for fields such as %(message)s.");
        reader.refuse(section, section.entry("style"), message);
        return None;
    }
    let is_json = last == JSON;
    let format = match raw("format") {
        format if !format.is_empty() => format,
        _ if is_json => return Some(LineForm::Json),
        _ => "%(message)s".to_owned(),
    };
    match Pattern::parse(&format, &raw("datefmt")) {
        Ok(pattern) if is_json => Some(LineForm::JsonFields(pattern)),
        Ok(pattern) => Some(LineForm::Pattern(pattern)),
        Err(error) => {
            let option = match error {
                PatternError::Format(_) => "format",
                PatternError::Date(_) => "datefmt",
            };
            reader.refuse(section, section.entry(option), format!("{option} {error}."));
            None
        }
    }
}
