//! Lines by a pattern of Python's `logging`: `%(asctime)s - %(name)s - %(levelname)s - %(message)s`.

mod field;
mod read;

use std::fmt::Write;

use jiff::fmt::strtime::BrokenDownTime;

use crate::form::Line;
use crate::time;

pub(crate) use field::{Field, Value};

/// A pattern that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
    /// How `%(asctime)s` is written, as for `strftime`; `None`: `2026-11-22 17:00:00,123`.
    date: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field, Spec),
}

/// How a field is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Spec {
    left: bool,
    zeros: bool,
    width: usize,
    precision: Option<usize>,
    conversion: Conversion,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Conversion {
    #[default]
    Text,
    Integer,
    Float,
}

// === impl Pattern ===

impl Default for Pattern {
    /// That of IM.
    fn default() -> Self {
        let mut pieces = Vec::new();
        for field in [Field::Time, Field::Logger, Field::Level, Field::Message] {
            if !pieces.is_empty() {
                pieces.push(Piece::Text(" - ".to_owned()));
            }
            pieces.push(Piece::Field(field, Spec::default()));
        }
        Self { pieces, date: None }
    }
}

impl Pattern {
    /// The message alone.
    pub(crate) fn bare() -> Self {
        Self {
            pieces: vec![Piece::Field(Field::Message, Spec::default())],
            date: None,
        }
    }

    /// Reads a pattern, and a form of dates for `strftime`, or nothing for the usual one.
    ///
    /// # Errors
    /// What is wrong and what was expected, as the end of a sentence that begins with the name of the option.
    pub fn parse(pattern: &str, date: &str) -> Result<Self, PatternError> {
        Ok(Self {
            pieces: read::pieces(pattern).map_err(PatternError::Format)?,
            date: read::date(date).map_err(PatternError::Date)?,
        })
    }

    /// Appends the line, without a line feed.
    pub(crate) fn write(&self, line: &Line<'_>, text: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Field(field, spec) => spec.write(&self.value(*field, line), text),
            }
        }
    }

    /// The fields, in order.
    pub(crate) fn values<'a>(
        &'a self,
        line: &'a Line<'_>,
    ) -> impl Iterator<Item = (Field, Value<'a>)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Field(field, _) => Some((*field, self.value(*field, line))),
        })
    }

    fn value<'a>(&self, field: Field, line: &'a Line<'_>) -> Value<'a> {
        if field != Field::Time {
            return field.value(line);
        }
        let moment = line.happening.moment;
        let zone = &line.place.zone;
        Value::owned(match &self.date {
            None => time::text(moment, zone),
            Some(date) => {
                let zoned = moment.to_zoned(zone.clone());
                // It was tried when it was read.
                BrokenDownTime::from(&zoned)
                    .to_string(date)
                    .unwrap_or_else(|_| time::text(moment, zone))
            }
        })
    }
}

/// Which of the two is wrong. `Display` is the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The pattern of lines.
    #[error("{0}")]
    Format(String),
    /// The form of dates.
    #[error("{0}")]
    Date(String),
}

// === impl Spec ===

impl Spec {
    fn write(self, value: &Value<'_>, text: &mut String) {
        let width = self.width;
        let written = match (self.conversion, value) {
            (Conversion::Integer, Value::Int(number)) => number.to_string(),
            (Conversion::Integer, Value::Float(number)) => format!("{:.0}", number.trunc()),
            (Conversion::Float, Value::Int(number)) => {
                format!("{number}.{}", "0".repeat(self.precision.unwrap_or(6)))
            }
            (Conversion::Float, Value::Float(number)) => {
                format!("{number:.0$}", self.precision.unwrap_or(6))
            }
            (_, value) => {
                let whole = value.to_string();
                match self.precision {
                    Some(most) => whole.chars().take(most).collect(),
                    None => whole,
                }
            }
        };
        // Writing to a text does not fail.
        let _ = if self.left {
            write!(text, "{written:<width$}")
        } else if self.zeros && self.conversion != Conversion::Text {
            write!(text, "{written:0>width$}")
        } else {
            write!(text, "{written:>width$}")
        };
    }
}
