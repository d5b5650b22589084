//! HAProxy before the nodes of the service.
//!
//! * [`render`] writes the configuration for a list of nodes. `haproxy/haproxy.cfg` is such a text, and a test holds them
//!   equal.
//! * [`Config`] reads a configuration, this one or somebody's own, without refusing what it does not know; [`check`]
//!   compares it with the options of the nodes and says what does not agree.
//! * [`Runtime`] speaks to a running HAProxy over its socket; [`sync`] plans what brings it in step with the nodes that
//!   live, and does it.
//!
//! Everybody may enter; this room knows no other. What HAProxy does with a pin decides nothing about the data: a pin is a
//! hint that saves a hop (see `im_cluster`), so a plan that was made from an old view costs time and loses nothing.

pub mod check;
mod config;
mod render;
mod runtime;
mod server;
pub mod sync;

pub use check::{Expected, Finding, Severity, check};
pub use config::{Config, Line, Section};
pub use render::{Options, render};
pub use runtime::{Runtime, RuntimeError, ServerState};
pub use server::{Peer, Server, ServerError, with_ids};
