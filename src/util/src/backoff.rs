//! How long to wait before the next attempt.

use std::time::Duration;

/// Waits that double from one attempt to the next up to a limit, spread at random so that callers who failed together
/// do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait before the second attempt.
    pub first: Duration,
    /// The longest wait before any attempt.
    pub max: Duration,
}

// === impl Backoff ===

impl Backoff {
    /// Waits between `first` and `max`.
    pub const fn new(first: Duration, max: Duration) -> Self {
        Self { first, max }
    }

    /// The wait after `failures` failed attempts in a row (1 after the first), at `spread` between 0 and 1 of the way
    /// from half of the longest wait to the whole of it.
    pub fn delay(&self, failures: u32, spread: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let longest = self.first.saturating_mul(1 << doublings).min(self.max);
        let spread = if spread.is_finite() {
            spread.clamp(0.0, 1.0)
        } else {
            1.0
        };
        (longest / 2).saturating_add(longest.mul_f64(spread / 2.0))
    }

    /// [`Backoff::delay`] at a random place.
    pub fn random_delay(&self, failures: u32) -> Duration {
        self.delay(failures, rand::random())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));

    #[test]
    fn waits_double_up_to_the_limit() {
        let waits: Vec<_> = (1..=6)
            .map(|failures| BACKOFF.delay(failures, 1.0).as_millis())
            .collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(BACKOFF.delay(u32::MAX, 1.0), BACKOFF.max);
    }

    #[test]
    fn the_spread_is_the_upper_half() {
        assert_eq!(BACKOFF.delay(1, 0.0), Duration::from_millis(50));
        for _ in 0..100 {
            let delay = BACKOFF.random_delay(2);
            assert!(delay >= Duration::from_millis(100) && delay <= Duration::from_millis(200));
        }
        assert_eq!(BACKOFF.delay(1, f64::NAN), BACKOFF.delay(1, 1.0));
    }
}
