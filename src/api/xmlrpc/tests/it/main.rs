//! The XML-RPC API through its public surface: its reader of calls, and its router over a node of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod arbitrary;
mod calls;
mod failures;
mod methods;
mod node;
mod protocol;
mod refused_documents;
