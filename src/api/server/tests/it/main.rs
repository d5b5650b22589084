//! The server over real connections.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod certificates;
mod client;
mod event_loops;
mod limits;
mod stop;
mod tls;
