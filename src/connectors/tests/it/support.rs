//! What the tests share.

mod documents;
mod scripted;

pub(crate) use documents::{document, launch, machine_of, remembered, request, system_text};
pub(crate) use scripted::{Scripted, Step};
