//! From an event to its lines.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use tracing::dispatcher::WeakDispatch;
use tracing::span::{Attributes, Id, Record as SpanRecord};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::form::{Form, Happening, Place};
use crate::level::LogLevel;
use crate::logger;
use crate::record::{FieldValue, Record};
use crate::routes::Routes;
use crate::sink::Sink;
use crate::traces::{self, Ids};

/// Writes events as lines into the handlers that take them.
pub(crate) struct LogLayer {
    routes: Arc<ArcSwap<Routes>>,
    handlers: Vec<Handler>,
    place: Arc<Place>,
    /// Whether traces are sent.
    traced: bool,
    /// Who knows in which trace a span is.
    dispatch: OnceLock<WeakDispatch>,
}

/// A handler: the form of its lines, and where they go.
pub(crate) struct Handler {
    pub(crate) form: Form,
    /// `None`: nowhere.
    pub(crate) sink: Option<Box<dyn Sink>>,
}

// === impl LogLayer ===

impl LogLayer {
    /// The handlers are in the order of the routes.
    pub(crate) fn new(
        routes: Arc<ArcSwap<Routes>>,
        handlers: Vec<Handler>,
        place: Arc<Place>,
        traced: bool,
    ) -> Self {
        Self {
            routes,
            handlers,
            place,
            traced,
            dispatch: OnceLock::new(),
        }
    }

    fn write(&self, metadata: &Metadata<'_>, event: &Record, spans: &[Record], ids: Option<&Ids>) {
        let level = LogLevel::of(*metadata.level(), event.critical);
        let routes = self.routes.load();
        let mut takers = routes
            .takers(metadata.target(), level)
            .filter_map(|number| self.handlers.get(number))
            .peekable();
        if takers.peek().is_none() {
            return;
        }
        let mut fields: Vec<(&'static str, &FieldValue)> = Vec::new();
        for (name, value) in std::iter::once(event).chain(spans).flat_map(|r| &r.fields) {
            if !fields.iter().any(|(known, _)| known == name) {
                fields.push((name, value));
            }
        }
        let happening = Happening {
            moment: self.place.clock.now(),
            level,
            target: metadata.target(),
            file: metadata.file(),
            line: metadata.line(),
            inf_id: std::iter::once(event)
                .chain(spans)
                .find_map(|record| record.inf_id.as_deref()),
            ids,
            message: &event.message,
            fields,
        };
        for handler in takers {
            if let Some(sink) = &handler.sink {
                sink.put(handler.form.line(&happening).as_bytes());
            }
        }
    }

    /// Spans are always wanted where they are this service's own: they say which infrastructure an event is about,
    /// whatever their level. Those that are for traces alone are wanted where there are traces.
    fn is_wanted(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.is_span() {
            let target = metadata.target();
            return logger::is_own_target(target) && (self.traced || target != traces::TARGET);
        }
        self.routes.load().is_wanted(metadata)
    }
}

impl LogLayer {
    /// The place of the innermost span that is in a trace.
    fn ids<B>(&self, event: &Event<'_>, context: &Context<'_, B>) -> Option<Ids>
    where
        B: Subscriber + for<'span> LookupSpan<'span>,
    {
        if !self.traced {
            return None;
        }
        let dispatch = self.dispatch.get()?.upgrade()?;
        context
            .event_scope(event)?
            .find_map(|span| traces::ids(&span.id(), &dispatch))
    }
}

impl<B> Layer<B> for LogLayer
where
    B: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        let _ = self.dispatch.set(dispatch.downgrade());
    }

    /// The answer is remembered for each place in the code; who changes the routes has it asked again.
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
        if attributes.metadata().target() == traces::TARGET {
            return;
        }
        let mut record = Record::with_room(attributes.fields().len());
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
        let mut record = Record::with_room(event.fields().count());
        event.record(&mut record);
        let spans: Vec<Record> = context
            .event_scope(event)
            .into_iter()
            .flatten()
            .filter_map(|span| span.extensions().get::<Record>().cloned())
            .collect();
        let ids = self.ids(event, &context);
        self.write(event.metadata(), &record, &spans, ids.as_ref());
    }
}
