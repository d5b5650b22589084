//! The canonical text.

mod document;
mod feature;

pub(crate) use document::{machine_text, text};
pub(crate) use feature::{masked_constraint, masked_feature, masked_features};
