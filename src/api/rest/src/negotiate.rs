//! Media types: what a client sends, and what it wants to get.
//!
//! The rules are those that clients of this API have relied on for years, and not those of RFC 9110: the types of
//! `Accept` are tried in the order of the header whatever their `q`, letters of the wrong case do not match, and
//! nothing acceptable is 415.

mod accept;
mod content_type;
mod media_type;

pub(crate) use accept::{Accept, Form};
pub(crate) use content_type::{BodyForm, ContentType};
pub(crate) use media_type::MediaType;
