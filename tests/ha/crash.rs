//! Nodes that die, stand still or fail at the boundaries of their steps, before a cloud that lives on.
//!
//! A [`Bench`] has nodes, MariaDB, Redis and a simulated cloud. After whatever was done, [`Bench::settle`] waits until
//! no operation is open, and [`Bench::check`] compares: the cloud has exactly the machines that the infrastructures
//! list, none of them twice.

mod bench;
mod cases;
mod outcome;
mod verbs;

pub(crate) use bench::{Bench, nodes, skipped};
pub(crate) use cases::{Action, Case, Driver, cases};
pub(crate) use outcome::Said;
pub(crate) use verbs::Verb;
