//! From an event to a line.

use tracing::span::{Attributes, Id, Record as SpanRecord};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::form::{Form, Happening};
use crate::logger;
use crate::record::{FieldValue, Record};
use crate::settings::LogLevel;
use crate::sink::Sink;

/// Writes events as lines into a sink.
pub(crate) struct LogLayer<S> {
    level: LogLevel,
    form: Form,
    sink: S,
}

// === impl LogLayer ===

impl<S: Sink> LogLayer<S> {
    pub(crate) fn new(level: LogLevel, form: Form, sink: S) -> Self {
        Self { level, form, sink }
    }

    /// The level as the log names it; `None` if it is not severe enough after all.
    fn level_name(&self, level: Level, critical: bool) -> Option<&'static str> {
        let name = match level {
            Level::ERROR if critical => "CRITICAL",
            _ if self.level == LogLevel::Critical => return None,
            Level::ERROR => "ERROR",
            Level::WARN => "WARNING",
            Level::INFO => "INFO",
            _ => "DEBUG",
        };
        Some(name)
    }

    fn write(&self, metadata: &Metadata<'_>, event: &Record, spans: &[Record]) {
        let Some(level) = self.level_name(*metadata.level(), event.critical) else {
            return;
        };
        let mut fields: Vec<(&'static str, &FieldValue)> = Vec::new();
        for (name, value) in std::iter::once(event).chain(spans).flat_map(|r| &r.fields) {
            if !fields.iter().any(|(known, _)| known == name) {
                fields.push((name, value));
            }
        }
        let line = self.form.line(Happening {
            level,
            target: metadata.target(),
            inf_id: std::iter::once(event)
                .chain(spans)
                .find_map(|record| record.inf_id.as_deref()),
            message: &event.message,
            fields,
        });
        self.sink.put(line.as_bytes());
    }
}

impl<S, B> Layer<B> for LogLayer<S>
where
    S: Sink,
    B: Subscriber + for<'span> LookupSpan<'span>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.is_wanted(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, B>) -> bool {
        self.is_wanted(metadata)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, B>) {
        let mut record = Record::default();
        attributes.record(&mut record);
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(record);
        }
    }

    fn on_record(&self, id: &Id, values: &SpanRecord<'_>, context: Context<'_, B>) {
        if let Some(span) = context.span(id)
            && let Some(record) = span.extensions_mut().get_mut::<Record>()
        {
            values.record(record);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, B>) {
        let mut record = Record::default();
        event.record(&mut record);
        let spans: Vec<Record> = context
            .event_scope(event)
            .into_iter()
            .flatten()
            .filter_map(|span| span.extensions().get::<Record>().cloned())
            .collect();
        self.write(event.metadata(), &record, &spans);
    }
}

impl<S> LogLayer<S> {
    /// Spans are always wanted where they are this service's own: they say which infrastructure an event is about,
    /// whatever their level.
    fn is_wanted(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.is_span() {
            return logger::is_own_target(metadata.target());
        }
        logger::is_enabled(metadata, self.level.filter())
    }
}
