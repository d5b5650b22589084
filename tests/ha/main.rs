//! The service as several nodes: real MariaDB, Redis, HAProxy and nodes, and whatever can befall them.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may stop where it fails and say why"
)]

mod checker;
mod cluster;
mod conformance;
mod crash;
mod failover;
mod failpoints;
mod launch_crash;
mod local_cluster;
mod loglevel;
mod lost_answers;
mod metrics;
mod modes;
mod redis;
mod repeats;
mod rolling;
mod rules;
mod status;
mod story;
mod torture;
mod traces;
mod xmlrpc;
