//! Lines in the form that was asked for.

use std::sync::Arc;

use im_util::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::level::LogLevel;
use crate::record::FieldValue;
use crate::settings::LineForm;
use crate::traces::Ids;
use crate::{json, logger};

/// Where and when this process runs.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) zone: TimeZone,
    pub(crate) hostname: String,
    pub(crate) started: Timestamp,
}

/// How lines are written.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) form: LineForm,
    /// The facility, if lines begin with a priority for syslog.
    pub(crate) facility: Option<u8>,
    pub(crate) place: Arc<Place>,
}

/// What happened, as a line shows it.
#[derive(Debug)]
pub(crate) struct Happening<'a> {
    pub(crate) moment: Timestamp,
    pub(crate) level: LogLevel,
    pub(crate) target: &'a str,
    pub(crate) file: Option<&'a str>,
    pub(crate) line: Option<u32>,
    pub(crate) inf_id: Option<&'a str>,
    pub(crate) ids: Option<&'a Ids>,
    pub(crate) message: &'a str,
    /// The fields of the event, then those of the spans around it, the innermost first; of a repeated name the first.
    pub(crate) fields: Vec<(&'static str, &'a FieldValue)>,
}

/// Everything that a line shows.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) place: &'a Place,
    pub(crate) logger: &'a str,
    pub(crate) happening: &'a Happening<'a>,
}

// === impl Place ===

impl Place {
    pub(crate) fn new(clock: Arc<dyn Clock>, zone: TimeZone, hostname: &str) -> Arc<Self> {
        Arc::new(Self {
            started: clock.now(),
            clock,
            zone,
            hostname: hostname.to_owned(),
        })
    }
}

// === impl Form ===

impl Form {
    /// The line, with its line feed.
    pub(crate) fn line(&self, happening: &Happening<'_>) -> String {
        let line = Line {
            place: &self.place,
            logger: logger::name(happening.target),
            happening,
        };
        let mut text = match self.facility {
            None => String::new(),
            Some(facility) => format!(
                "<{}>",
                u16::from(facility) * 8 + u16::from(happening.level.severity())
            ),
        };
        match &self.form {
            LineForm::Pattern(pattern) => pattern.write(&line, &mut text),
            LineForm::Json => json::write(&line, &mut text),
            LineForm::JsonFields(pattern) => json::write_fields(pattern, &line, &mut text),
        }
        text.push('\n');
        text
    }

    /// The line that stands where lines were dropped.
    pub(crate) fn gap(&self, dropped: u64) -> String {
        self.line(&Happening {
            moment: self.place.clock.now(),
            level: LogLevel::Warning,
            target: module_path!(),
            file: None,
            line: None,
            inf_id: None,
            ids: None,
            message: &format!(
                "{dropped} lines are missing here: they came faster than they could be written."
            ),
            fields: Vec::new(),
        })
    }
}
