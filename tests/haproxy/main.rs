//! What HAProxy does in front of the nodes, with real ones: every fact that haproxy.cfg is built on, seen.
//!
//! Most of what is asked here is where a request goes, which HAProxy says itself (`X-Server`, added by the tests). Nodes
//! *alone* have a database each: what one created, the other answers 404. Nodes of a *cluster* share MariaDB and Redis.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may stop where it fails and say why"
)]

mod lab;

mod cluster;
mod commands;
mod entry;
mod failures;
mod operator;
mod peers;
mod pins;
mod retries;
mod rolling;
mod sync;
