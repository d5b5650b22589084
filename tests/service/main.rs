//! Tests of the running service, from outside: each starts `im` as its users do, on free ports, in a directory of its
//! own, and leaves no process behind.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it fails and say why"
)]

mod support;

mod cli;
mod conformance;
mod crash;
mod habits;
mod hostile;
mod independent_client;
mod log;
mod loglevel;
mod metrics;
mod oai;
mod online;
mod purge;
mod quickstart;
mod secrets;
mod start;
mod syslog;
mod tls;
mod tosca;
mod traces;
