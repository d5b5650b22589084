//! The XML-RPC API through its public surface: its reader of calls, and its router over a node of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod arbitrary;
mod calls;
mod refused_documents;
