//! Leases in real Redis servers, started here on free ports.
#![cfg(test)]

#[path = "redis/bench.rs"]
mod bench;
#[path = "redis/leases.rs"]
mod leases;
#[path = "redis/login.rs"]
mod login;
#[path = "redis/sentinel.rs"]
mod sentinel;
#[path = "redis/tls.rs"]
mod tls;
#[path = "redis/weather.rs"]
mod weather;
