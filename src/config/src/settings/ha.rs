//! Several nodes as one service.

use std::time::Duration;

use crate::codec::OptionalInterval;
use crate::concern::concern;

concern! {
    /// Several nodes as one service.
    pub struct Ha, "High availability" in "im" {
        /// Time that an infrastructure stays in memory without a request about it. With several nodes behind HAProxy
        /// set it to the expire value of the stick table or less. Blank, infrastructures stay.
        inf_cache_time: Option<Duration> = None, "INF_CACHE_TIME" as OptionalInterval;
    }
}
