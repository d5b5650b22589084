//! Traces: the spans of this service, sent to a collector by OTLP.
//!
//! Rooms make spans with `tracing`, and know no more of traces than two things: a span that is for traces alone has the
//! target [`TARGET`], and where a request comes in or goes out its span is [continued](continue_from) or
//! [put](put) into headers. As long as no traces are sent a span with that target is never made, so that it costs one
//! comparison; the others are made for the log in any case.
//!
//! What a span tells is what its fields are, with the names of the semantic conventions of OpenTelemetry where there is one. Events
//! (the lines of the log) are not sent: they are for the log, which names the trace in each line instead. A field whose
//! [name says that it is a secret](im_util::is_secret_name) is sent as `***`.
//!
//! # Who waits for a collector
//! Nobody. Spans that have ended go into a queue of the SDK, bounded by the number of spans; what comes when it is full
//! is dropped, and the SDK says so in the log. A thread takes them in batches, and a runtime of their own, so that they are
//! still sent when the service's has ended, sends them. At the end the [`Guard`](crate::Guard) waits for what is left, five
//! seconds at most.

mod carry;
mod exporter;
mod layer;
mod question;
mod settings;

pub use carry::{Carried, answer, carried, continue_from, continue_with, put};
pub(crate) use exporter::Exporting;
pub use exporter::TraceError;
pub(crate) use layer::{Ids, ids, layer};
pub use question::{call, called, failed, query, rename};
pub use settings::{TraceProtocol, TraceSettings};

/// The target of spans that are for traces alone.
pub const TARGET: &str = "im_trace";
