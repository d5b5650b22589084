//! Documents from servers that are there: what is fetched, what is refused, what is kept.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod cache;
mod closed;
mod directory;
mod fetching;
mod limits;
mod server;
