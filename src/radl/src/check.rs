//! The semantic check: known features have the right types, units and values, and what is referred to exists.
//!
//! The order is fixed (networks, ansible hosts, systems, deploys, configures, contextualize) and the first error
//! wins, so that a document is always refused with the same message.

mod document;
mod numbering;
mod rule;
mod system;
mod yaml;

pub(crate) use document::document;
pub(crate) use yaml::yaml;
