//! The parts that tests of several processes start: real ones, on free ports of 127.0.0.1, in directories of their own.
//!
//! Nothing stays behind, however the tests end: every process and every directory has a guardian, a shell that waits for
//! the end of the tests' process (its standard input ends then) and cleans up by number and by name.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop where it fails and say why"
)]

mod authority;
mod chaos;
mod haproxy;
mod http;
mod mariadb;
mod node;
mod openbao;
mod otlp;
mod process;
mod redis;
mod rsyslog;

pub use authority::{Authority, Pair};
pub use chaos::{Chaos, ChaosProxy};
pub use haproxy::Haproxy;
pub use http::{Answer, Client, auth, document, request};
pub use mariadb::MariaDb;
pub use node::{Node, NodeBuilder};
pub use openbao::OpenBao;
pub use otlp::OtlpReceiver;
pub use process::{Process, Scratch, free_port, missing, pause, until, until_or};
pub use redis::{Redis, Sentinels};
pub use rsyslog::Rsyslog;
