//! The stored form against rows of release 1.19, against itself, and against strangers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "stored/dumps.rs"]
mod dumps;
#[path = "stored/hostile.rs"]
mod hostile;
#[path = "stored/old_rows.rs"]
mod old_rows;
#[path = "stored/round_trip.rs"]
mod round_trip;
#[path = "stored/rows.rs"]
mod rows;
