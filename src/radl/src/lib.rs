//! The RADL language: model, parser, check and printers.
//!
//! A document ([`Radl`]) says which networks, systems and recipes an infrastructure has and how many machines of
//! each system to create. It is read from its text form ([`Radl::parse`]) or its JSON form ([`Radl::from_json`]),
//! checked ([`Radl::check`]), and written as canonical text ([`Radl::to_text`]) or JSON ([`Radl::to_json`],
//! [`Radl::to_simple_json`]).
//!
//! The room is pure: nothing here reads a file, a clock or a network, and any room may enter. Reading takes time in
//! proportion to the length of a document, whatever it holds, and nesting is bounded by [`MAX_DEPTH`].

mod ansible_host;
mod check;
mod configure;
mod contextualize;
mod deploy;
mod description;
mod document;
mod error;
mod feature;
mod features;
mod footprint;
mod interval;
mod json;
mod line;
mod named;
mod nested;
mod network;
mod number;
mod operator;
pub mod outports;
mod print;
mod quantity;
mod quote;
mod random;
mod same;
mod shared;
mod soft;
mod system;
mod text;

pub use ansible_host::AnsibleHost;
pub use configure::Configure;
pub use contextualize::{Contextualize, ContextualizeItem};
pub use deploy::{Deploy, VmNumber};
pub use description::Description;
pub use document::Radl;
pub use error::{CheckError, ParseError, Position, Unexpected};
pub use feature::{Feature, Text, TextList, is_secret_name};
pub use features::{ConflictPolicy, FeatureConflict, Features};
pub use footprint::Footprint;
pub use interval::{Constraint, Disjoint, Interval};
pub use line::Line;
pub use named::{Iter, Named};
pub use nested::{Contains, ContainsKey, Nested, NestedHead, NestedKind};
pub use network::Network;
pub use number::{MAX_DIGITS, Number};
pub use operator::Operator;
pub use outports::{Outport, OutportsError, Protocol};
pub use quantity::{Quantity, unit_factor};
pub use random::RandomText;
pub use shared::Shared;
pub use soft::SoftFeatures;
pub use system::{Credentials, System};

/// How deep features may be nested in features, in both forms.
pub const MAX_DEPTH: usize = 100;
