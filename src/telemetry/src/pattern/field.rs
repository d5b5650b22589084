//! What a pattern can show: the attributes of Python's records, and a few of this service's own.

use std::borrow::Cow;
use std::fmt;
use std::process;
use std::thread;

use crate::form::Line;
use crate::text;

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Time,
    Created,
    Millis,
    SinceStart,
    Logger,
    Level,
    LevelNumber,
    Message,
    Hostname,
    InfId,
    TraceId,
    SpanId,
    Target,
    Process,
    ProcessName,
    Thread,
    ThreadName,
    Path,
    File,
    Module,
    Line,
}

/// Its value.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Float(f64),
}

/// The fields by their names, with whether they are numbers.
const FIELDS: &[(&str, Field, bool)] = &[
    ("asctime", Field::Time, false),
    ("created", Field::Created, true),
    ("msecs", Field::Millis, true),
    ("relativeCreated", Field::SinceStart, true),
    ("name", Field::Logger, false),
    ("levelname", Field::Level, false),
    ("levelno", Field::LevelNumber, true),
    ("message", Field::Message, false),
    ("hostname", Field::Hostname, false),
    ("inf_id", Field::InfId, false),
    ("trace_id", Field::TraceId, false),
    ("span_id", Field::SpanId, false),
    ("target", Field::Target, false),
    // Events do not know in which function they are: it is the module, which has few.
    ("funcName", Field::Target, false),
    ("process", Field::Process, true),
    ("processName", Field::ProcessName, false),
    ("thread", Field::Thread, true),
    ("threadName", Field::ThreadName, false),
    ("pathname", Field::Path, false),
    ("filename", Field::File, false),
    ("module", Field::Module, false),
    ("lineno", Field::Line, true),
];

// === impl Field ===

impl Field {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        FIELDS
            .iter()
            .find(|(known, ..)| *known == name)
            .map(|(_, field, _)| *field)
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().map_or("", |(name, ..)| name)
    }

    pub(crate) fn is_number(self) -> bool {
        self.row().is_some_and(|(.., number)| *number)
    }

    /// All names, for a message.
    pub(crate) fn names() -> String {
        let names: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
        names.join(", ")
    }

    fn row(self) -> Option<&'static (&'static str, Self, bool)> {
        FIELDS.iter().find(|(_, field, _)| *field == self)
    }

    /// The value in a line; that of [`Field::Time`] is written by the pattern, which knows the form.
    pub(super) fn value<'a>(self, line: &'a Line<'_>) -> Value<'a> {
        let happening = line.happening;
        let path = happening.file.unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or(path);
        match self {
            Self::Time => Value::borrowed(""),
            Self::Created => Value::Float(happening.moment.as_duration().as_secs_f64()),
            Self::Millis => Value::Int(happening.moment.as_millisecond().rem_euclid(1000)),
            Self::SinceStart => {
                let since = happening.moment.duration_since(line.place.started);
                Value::Float(since.as_secs_f64() * 1000.0)
            }
            Self::Logger => Value::borrowed(line.logger),
            Self::Level => Value::borrowed(happening.level.as_str()),
            Self::LevelNumber => Value::Int(happening.level.number()),
            Self::Message => Value::owned(text::message(happening)),
            Self::Hostname => Value::borrowed(&line.place.hostname),
            Self::InfId => Value::borrowed(happening.inf_id.unwrap_or("-")),
            Self::TraceId => Value::borrowed(happening.ids.map_or("-", |ids| &ids.trace)),
            Self::SpanId => Value::borrowed(happening.ids.map_or("-", |ids| &ids.span)),
            Self::Target => Value::borrowed(happening.target),
            Self::Process => Value::Int(i64::from(process::id())),
            Self::ProcessName => Value::borrowed("im"),
            Self::Thread => Value::Int(thread_number()),
            Self::ThreadName => {
                Value::owned(thread::current().name().unwrap_or_default().to_owned())
            }
            Self::Path => Value::borrowed(path),
            Self::File => Value::borrowed(file),
            Self::Module => Value::borrowed(file.strip_suffix(".rs").unwrap_or(file)),
            Self::Line => Value::Int(i64::from(happening.line.unwrap_or_default())),
        }
    }
}

/// The number of this thread, as far as it is told.
fn thread_number() -> i64 {
    let shown = format!("{:?}", thread::current().id());
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

// === impl Value ===

impl<'a> Value<'a> {
    pub(crate) fn borrowed(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(crate) fn owned(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
        }
    }
}
