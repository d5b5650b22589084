//! The configuration as its users see it: files, variables, messages and documents.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;
mod cluster;
mod contradictions;
mod defaults;
mod documents;
mod environment;
mod file_format;
mod logging;
mod manual;
mod redis;
mod reports;
mod secrets;
mod traces;
mod values;
