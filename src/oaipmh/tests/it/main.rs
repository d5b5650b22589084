//! Harvesting a repository that is served as GitHub serves one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod catalogue;
mod protocol;
mod repository;
