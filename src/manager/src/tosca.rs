//! TOSCA documents: from what was posted to RADL, off the threads that serve requests.
//!
//! The language lives in `im_tosca`, which is pure; here is what surrounds it: the documents that a document refers to
//! ([`DocumentSource`], `work`), what is made of a document that is posted (`posted`), and the outputs of the one that
//! is stored. It is stored in the infrastructure, where release 1.19 has it too, by the commit that begins what it asks
//! for: so it is fenced like everything else, and who takes the work up finds it.

mod outputs;
mod posted;
mod source;
mod work;

use im_domain::Infrastructure;
use serde_json::Value;

pub use source::DocumentSource;

pub(crate) use posted::{Posted, Purpose};
pub(crate) use work::Desk;

/// Where an infrastructure that was made from TOSCA keeps its document.
const KEY: &str = "TOSCA";

/// The stored document of an infrastructure that was made from TOSCA.
pub(crate) fn stored_text(infrastructure: &Infrastructure) -> Option<&str> {
    infrastructure.extra_info.get(KEY).and_then(Value::as_str)
}

/// Stores a document with its infrastructure.
pub(crate) fn store(infrastructure: &mut Infrastructure, text: String) {
    let text = Value::String(text);
    infrastructure.extra_info.insert(KEY.to_owned(), text);
}
