//! Tests of the running service, from outside: each starts `im` as its users do, on free ports, in a directory of its
//! own, and leaves no process behind.

mod support;

mod cli;
mod conformance;
mod crash;
mod start;
