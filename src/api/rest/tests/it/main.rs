//! The REST API through its public surface: its router over a node of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod bodies;
mod changes;
mod conditions;
mod connections;
mod description;
mod files;
mod hostile;
mod node;
mod table;
