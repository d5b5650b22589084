//! Types: the normative ones and those of a document, with what they inherit.

mod entity;
mod registry;
mod schema;

pub(crate) use entity::Entity;
pub(crate) use registry::{Prefix, Registry, SECTIONS};
pub(crate) use schema::Schema;
