//! The canonical text.

mod document;
mod feature;

pub(crate) use document::text;
pub(crate) use feature::{masked_constraint, masked_feature, masked_features};
