//! Time, injected, so that tests can hold it.
//!
//! Two kinds of time are kept apart. The *wall clock* is for people and for stored dates; it may jump. The
//! *monotonic clock* is for durations and deadlines; it never goes back and means nothing outside this process.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// A source of time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// Time since some moment in the life of this process; never decreases.
    fn monotonic(&self) -> Duration;

    /// The wall clock in whole seconds of the Unix epoch, as the stored form of an infrastructure has it.
    fn epoch_seconds(&self) -> i64 {
        self.now().as_second()
    }
}

/// The clocks of the operating system.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

/// A clock that moves only when it is told to.
#[derive(Debug, Default)]
pub struct ManualClock {
    wall_millis: AtomicI64,
    monotonic_millis: AtomicU64,
}

// === impl SystemClock ===

impl SystemClock {
    /// A clock whose monotonic time begins now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since_epoch.as_micros())
            .ok()
            .and_then(|micros| Timestamp::from_microsecond(micros).ok())
            .unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

// === impl ManualClock ===

impl ManualClock {
    /// A clock that stands at the given second of the Unix epoch.
    pub fn at(epoch_seconds: i64) -> Self {
        Self {
            wall_millis: AtomicI64::new(epoch_seconds.saturating_mul(1000)),
            monotonic_millis: AtomicU64::new(0),
        }
    }

    /// Moves both clocks forward.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.monotonic_millis.fetch_add(millis, Ordering::SeqCst);
        let wall = i64::try_from(millis).unwrap_or(i64::MAX);
        self.wall_millis.fetch_add(wall, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.wall_millis.load(Ordering::SeqCst))
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic_millis.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_both_times() {
        let clock = ManualClock::at(1_000);
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.epoch_seconds(), 1_005);
        assert_eq!(clock.monotonic(), Duration::from_secs(5));
    }
}
