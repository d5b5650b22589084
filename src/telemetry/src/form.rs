//! Lines in the form that was asked for.

use std::sync::Arc;

use im_util::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::record::FieldValue;
use crate::settings::LogFormat;
use crate::{json, logger, text};

/// How lines are written.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) format: LogFormat,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) zone: TimeZone,
}

/// What happened, as a line shows it.
#[derive(Debug)]
pub(crate) struct Happening<'a> {
    pub(crate) level: &'static str,
    pub(crate) target: &'a str,
    pub(crate) inf_id: Option<&'a str>,
    pub(crate) message: &'a str,
    /// The fields of the event, then those of the spans around it, the innermost first; of a repeated name the first.
    pub(crate) fields: Vec<(&'static str, &'a FieldValue)>,
}

/// Everything that a line shows.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) moment: Timestamp,
    pub(crate) logger: &'a str,
    pub(crate) happening: Happening<'a>,
}

// === impl Form ===

impl Form {
    /// The line, with its line feed, for something that happens now.
    pub(crate) fn line(&self, happening: Happening<'_>) -> String {
        let line = Line {
            moment: self.clock.now(),
            logger: logger::name(happening.target),
            happening,
        };
        match self.format {
            LogFormat::Text => text::line(&line, &self.zone),
            LogFormat::Json => json::line(&line),
        }
    }

    /// The line that stands where lines were dropped.
    pub(crate) fn gap(&self, dropped: u64) -> String {
        self.line(Happening {
            level: "WARNING",
            target: module_path!(),
            inf_id: None,
            message: &format!(
                "{dropped} lines are missing here: they came faster than they could be written."
            ),
            fields: Vec::new(),
        })
    }
}
