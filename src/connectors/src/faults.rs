//! Failures and delays on purpose, by rate and from a seed: for tests and for exercises.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::Operation;

/// What goes wrong, and how often.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// The start of the sequence of chances: the same seed and the same order of calls fail alike.
    pub seed: u64,
    /// The shortest and the longest delay of a call.
    pub latency: (Duration, Duration),
    /// Of each call, the part that fails, from 0 to 1. Calls that are not named do not fail.
    pub rates: BTreeMap<Operation, f64>,
}

/// Decides call by call.
#[derive(Debug)]
pub(crate) struct Dice {
    faults: Faults,
    rng: Mutex<StdRng>,
}

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Throw {
    /// How long it takes.
    pub(crate) delay: Duration,
    /// Whether it fails.
    pub(crate) fails: bool,
    /// One more chance, for the kind of failure: as likely as not.
    pub(crate) coin: bool,
}

// === impl Faults ===

impl Faults {
    /// Nothing goes wrong and nothing takes time.
    pub fn none() -> Self {
        Self::default()
    }

    /// With a part of the calls of one kind failing.
    #[must_use]
    pub fn failing(mut self, operation: Operation, rate: f64) -> Self {
        self.rates.insert(operation, rate);
        self
    }

    /// With delays.
    #[must_use]
    pub fn taking(mut self, shortest: Duration, longest: Duration) -> Self {
        self.latency = (shortest, longest);
        self
    }

    /// Whether anything at all may happen.
    pub fn is_none(&self) -> bool {
        self.latency.0.is_zero()
            && self.latency.1.is_zero()
            && self.rates.values().all(|rate| *rate <= 0.0)
    }
}

// === impl Dice ===

impl Dice {
    pub(crate) fn new(faults: Faults) -> Self {
        let rng = Mutex::new(StdRng::seed_from_u64(faults.seed));
        Self { faults, rng }
    }

    pub(crate) fn throw(&self, operation: Operation) -> Throw {
        if self.faults.is_none() {
            return Throw {
                delay: Duration::ZERO,
                fails: false,
                coin: false,
            };
        }
        let rate = self.faults.rates.get(&operation).copied().unwrap_or(0.0);
        let (shortest, longest) = self.faults.latency;
        let span = longest.saturating_sub(shortest);
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        Throw {
            delay: shortest.saturating_add(span.mul_f64(rng.random::<f64>())),
            fails: rng.random::<f64>() < rate,
            coin: rng.random(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_fails_alike() {
        let faults = Faults::none()
            .failing(Operation::Launch, 0.5)
            .taking(Duration::from_millis(10), Duration::from_millis(20));
        let sequence = || {
            let dice = Dice::new(faults.clone());
            (0..100)
                .map(|_| dice.throw(Operation::Launch))
                .collect::<Vec<_>>()
        };
        let throws = sequence();
        assert_eq!(throws, sequence());
        let failed = throws.iter().filter(|throw| throw.fails).count();
        assert!((25..=75).contains(&failed), "{failed} of 100 failed");
        for throw in throws {
            assert!((10..=20).contains(&throw.delay.as_millis()));
        }
    }

    #[test]
    fn what_is_not_named_does_not_fail() {
        let dice = Dice::new(Faults::none().failing(Operation::Launch, 1.0));
        assert!(dice.throw(Operation::Launch).fails);
        assert!(!dice.throw(Operation::Status).fails);
    }
}
