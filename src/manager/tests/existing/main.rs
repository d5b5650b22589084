//! What users do with infrastructures that exist: over a SQLite file of their own, the cloud `Dummy`, and a cloud that
//! does what the test says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop where it fails"
)]

mod change;
mod cloud;
mod lists;
mod node;
mod power;
mod reading;
mod refresh;
mod seed;
mod stats;
mod transfer;
