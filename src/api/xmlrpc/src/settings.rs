//! What the XML-RPC API needs to know to begin.

use std::time::Duration;

use crate::xml::Bounds;

/// How calls are taken and answered.
#[derive(Clone, Copy, Debug)]
pub struct CallSettings {
    /// The longest document of a call, in bytes. A longer one is answered 413.
    pub max_body: usize,
    /// How long the document of a call may take to arrive. A slower one is answered 408.
    pub body_timeout: Duration,
    /// How many bytes the documents of all calls may take together while they arrive and are read. What does not fit is
    /// answered 503; short documents always fit, and so does one of the length `max_body` alone.
    pub documents: usize,
    /// How large the values of a call may be. A larger one is answered with a fault.
    pub bounds: Bounds,
    /// `VMINFO_JSON`: `GetVMInfo` answers RADL in its JSON form.
    pub vminfo_json: bool,
}

// === impl CallSettings ===

impl Default for CallSettings {
    fn default() -> Self {
        Self {
            max_body: 16 << 20,
            documents: 256 << 20,
            body_timeout: Duration::from_secs(60),
            bounds: Bounds::default(),
            vminfo_json: false,
        }
    }
}
