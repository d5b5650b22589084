//! The Dummy connector.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::codec::{Limit, Milliseconds, Rate};
use crate::concern::concern;

concern! {
    /// The Dummy connector, a cloud in memory for tests and first steps.
    pub struct Dummy, "Dummy connector" in "Dummy" {
        /// Time that each operation of the cloud takes.
        latency: Duration = Duration::ZERO, "DUMMY_LATENCY_MS" as Milliseconds;
        /// Share of the launches that fail.
        fail_rate: f64 = 0.0, "DUMMY_FAIL_RATE" as Rate;
        /// Number of VMs that the cloud holds; launches beyond it fail.
        capacity: Option<NonZeroU32> = None, "DUMMY_CAPACITY" as Limit;
    }
}
