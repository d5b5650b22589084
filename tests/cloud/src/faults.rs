//! What goes wrong, call by call.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// A call of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `POST /machines`
    Launch,
    /// `GET /machines`
    List,
    /// `GET /machines/{id}`
    Show,
    /// `PUT /machines/{id}`
    Alter,
    /// `DELETE /machines/{id}`
    Remove,
    /// `POST /machines/{id}/start`
    Start,
    /// `POST /machines/{id}/stop`
    Stop,
    /// `POST /machines/{id}/reboot`
    Reboot,
    /// `POST /machines/{id}/images`
    Snapshot,
    /// `GET /images`
    Images,
    /// `DELETE /images/{id}`
    RemoveImage,
    /// `GET /quotas`
    Quotas,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Status 429 and no effect.
    Refused,
    /// Status 500 and no effect.
    Broken,
    /// The connection is closed; no effect.
    Dropped,
    /// It has its effect, and the connection is closed instead of an answer.
    Lost,
    /// It has its effect, and the status is 500.
    BrokenAfter,
}

/// Calls that fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Which; without it all.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// How.
    pub kind: Kind,
    /// Which part of them, from 0 to 1.
    #[serde(default = "every")]
    pub rate: f64,
    /// How many in all; without it there is no end.
    #[serde(default)]
    pub times: Option<u64>,
}

/// Everything that goes wrong. The first of the failures that strikes is the one that a call has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The beginning of the sequence of chances.
    pub seed: u64,
    /// How long a call takes before its effect, at least and at most.
    pub latency_ms: (u64, u64),
    /// How long a machine is `pending` after it was made or started.
    pub boot_ms: u64,
    /// How late the list shows what was made or removed.
    pub visibility_ms: u64,
    /// How many machines there may be at a time.
    pub capacity: Option<usize>,
    /// Calls that fail.
    pub failures: Vec<Failure>,
}

/// Decides call by call.
#[derive(Debug)]
pub(crate) struct Dice {
    faults: Faults,
    rng: StdRng,
}

/// What happens to one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throw {
    pub(crate) delay: Duration,
    pub(crate) failure: Option<Kind>,
}

fn every() -> f64 {
    1.0
}

// === impl Faults ===

impl Faults {
    /// With calls that fail: a part of them.
    #[must_use]
    pub fn failing(mut self, operation: Operation, kind: Kind, rate: f64) -> Self {
        self.failures.push(Failure {
            operation: Some(operation),
            kind,
            rate,
            times: None,
        });
        self
    }

    /// With calls that fail: the next so many.
    #[must_use]
    pub fn failing_next(mut self, operation: Operation, kind: Kind, times: u64) -> Self {
        self.failures.push(Failure {
            operation: Some(operation),
            kind,
            rate: 1.0,
            times: Some(times),
        });
        self
    }
}

// === impl Kind ===

impl Kind {
    /// Whether the call has its effect all the same.
    pub(crate) fn has_effect(self) -> bool {
        matches!(self, Self::Lost | Self::BrokenAfter)
    }
}

// === impl Dice ===

impl Dice {
    pub(crate) fn new(faults: Faults) -> Self {
        let rng = StdRng::seed_from_u64(faults.seed);
        Self { faults, rng }
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn throw(&mut self, operation: Operation) -> Throw {
        let (shortest, longest) = self.faults.latency_ms;
        let span = longest.saturating_sub(shortest);
        let delay = shortest.saturating_add(self.rng.random_range(0..=span));
        let mut kind = None;
        for failure in &mut self.faults.failures {
            let concerned = failure.operation.is_none_or(|other| other == operation);
            // Every chance is drawn, so that one failure more or less does not move the others.
            let strikes = self.rng.random::<f64>() < failure.rate;
            if kind.is_some() || !concerned || !strikes || failure.times == Some(0) {
                continue;
            }
            failure.times = failure.times.map(|times| times - 1);
            kind = Some(failure.kind);
        }
        Throw {
            delay: Duration::from_millis(delay),
            failure: kind,
        }
    }
}
