//! The SQLite store: the suite of all stores, and what only a file has.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "sqlite/backend.rs"]
mod backend;
#[path = "sqlite/crash.rs"]
mod crash;
#[path = "sqlite/existing.rs"]
mod existing;
#[path = "sqlite/file.rs"]
mod file;
#[path = "sqlite/foreign.rs"]
mod foreign;
mod suite;

suite::suite!(crate::backend::Sqlite);
