//! What is to be done, from the environment.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What questions and faults follow from.
    pub(crate) seed: u64,
    /// How long faults happen.
    pub(crate) time: Duration,
    /// Clients at once.
    pub(crate) clients: u64,
    /// Infrastructures at once.
    pub(crate) infrastructures: usize,
    /// How nodes prove that what they have in memory is current.
    pub(crate) read_mode: &'static str,
    /// Whether the cloud recognises a repeated launch by its token (`token`), or only lists it (`none`).
    pub(crate) idempotency: &'static str,
}

// === impl Plan ===

impl Plan {
    /// `TORTURE_SECONDS`, `TORTURE_SEED`, `TORTURE_CLIENTS`, `TORTURE_READ_MODE`, `TORTURE_IDEMPOTENCY`.
    pub(crate) fn from_environment() -> Self {
        Self {
            seed: variable("TORTURE_SEED").unwrap_or_else(rand::random),
            time: Duration::from_secs(variable("TORTURE_SECONDS").unwrap_or(45)),
            clients: variable("TORTURE_CLIENTS").unwrap_or(8),
            infrastructures: 5,
            read_mode: match variable::<String>("TORTURE_READ_MODE").as_deref() {
                Some("validated") => "validated",
                _ => "cached",
            },
            idempotency: match variable::<String>("TORTURE_IDEMPOTENCY").as_deref() {
                Some("none") => "none",
                _ => "token",
            },
        }
    }
}

fn variable<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TORTURE_SEED={} TORTURE_SECONDS={} TORTURE_CLIENTS={} TORTURE_READ_MODE={} TORTURE_IDEMPOTENCY={}",
            self.seed,
            self.time.as_secs(),
            self.clients,
            self.read_mode,
            self.idempotency
        )
    }
}
