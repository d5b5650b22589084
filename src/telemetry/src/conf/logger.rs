//! A section `[logger_...]`.

use super::{ConfSection, Reader};
use crate::level::LogLevel;
use crate::settings::{LoggerSettings, ROOT};

pub(super) fn read(
    reader: &mut Reader<'_>,
    name: &str,
    section: &ConfSection,
    known: &[String],
) -> Option<LoggerSettings> {
    let level = level(reader, section);
    if section.entry("handlers").is_none() {
        let message = "the option handlers is missing; names of handlers separated by commas, or nothing, were expected.";
        reader.refuse(section, None, message.to_owned());
    }
    let handlers = reader.names(section, "handlers");
    for handler in handlers.iter().filter(|handler| !known.contains(handler)) {
        let message = format!(
            "handlers names '{handler}', but one of the keys of [handlers] was expected: {}.",
            known.join(", ")
        );
        reader.refuse(section, section.entry("handlers"), message);
    }
    if name == ROOT {
        return Some(LoggerSettings {
            name: ROOT.to_owned(),
            level,
            handlers,
            propagate: false,
        });
    }
    let Some(qualname) = reader.value(section, "qualname") else {
        let message = format!(
            "the option qualname is missing; the name of a part of the service was expected, such as {name}."
        );
        reader.refuse(section, None, message);
        return None;
    };
    Some(LoggerSettings {
        name: match qualname.as_str() {
            "" => ROOT.to_owned(),
            _ => qualname,
        },
        level,
        handlers,
        propagate: propagate(reader, section),
    })
}

/// The level of a logger or a handler; `None`: it has none of its own.
pub(super) fn level(reader: &mut Reader<'_>, section: &ConfSection) -> Option<LogLevel> {
    let name = reader.value(section, "level")?;
    if name.eq_ignore_ascii_case("NOTSET") {
        return None;
    }
    let level = LogLevel::from_name(&name);
    if level.is_none() {
        let message = format!(
            "level is '{name}', but DEBUG, INFO, WARNING, ERROR, CRITICAL or NOTSET was expected."
        );
        reader.refuse(section, section.entry("level"), message);
    }
    level
}

fn propagate(reader: &mut Reader<'_>, section: &ConfSection) -> bool {
    match reader.value(section, "propagate").as_deref() {
        None | Some("1") => true,
        Some("0") => false,
        Some(other) => {
            let message = format!("propagate is '{other}', but 0 or 1 was expected.");
            reader.refuse(section, section.entry("propagate"), message);
            true
        }
    }
}
