//! The MySQL store against a real MariaDB: the suite of all stores, and what only a server does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "mysql/address.rs"]
mod address;
#[path = "mysql/backend.rs"]
mod backend;
#[path = "mysql/conflicts.rs"]
mod conflicts;
#[path = "mysql/existing.rs"]
mod existing;
#[path = "mysql/faults.rs"]
mod faults;
#[path = "mysql/foreign.rs"]
mod foreign;
#[path = "mysql/group.rs"]
mod group;
#[path = "mysql/proxy.rs"]
mod proxy;
#[path = "mysql/schema.rs"]
mod schema;
#[path = "mysql/server.rs"]
mod server;
#[path = "mysql/statements.rs"]
mod statements;
mod suite;

suite::suite!(crate::backend::MySql);
