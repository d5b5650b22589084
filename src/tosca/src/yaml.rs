//! YAML as documents of this kind use it: the version 1.1 rules for plain scalars, merge keys, and one way of writing.
//!
//! Values keep the line they start on. A reader is given bounds, and follows aliases only within them, so that no
//! short document becomes a large value.

mod key;
mod node;
mod python;
mod read;
mod resolve;
mod write;

pub use key::{Key, KeyKind};
pub use node::{Map, Node, Value};
pub use read::{Bounds, YamlError, read};
pub use write::{Style, write};

pub(crate) use python::{repr, text};
