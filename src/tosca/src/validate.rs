//! The rules of the language and of a document's types. Every fault that is found goes into one report.

mod constraint;
mod datatype;
mod function;
mod node;
mod report;
mod scalar;
mod topology;

pub(crate) use node::node;
pub(crate) use report::Report;
pub(crate) use scalar::quantity;
pub(crate) use topology::{inputs, keys, topology};
