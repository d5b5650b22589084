//! What can be set of the layers.

use crate::Faults;

use super::{RetrySettings, TimeoutSettings};

/// Settings of all layers.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSettings {
    /// Repeats.
    pub retry: RetrySettings,
    /// Time limits.
    pub timeout: TimeoutSettings,
    /// How many calls one cloud gets at a time from this process.
    pub calls_per_cloud: usize,
    /// Failures on purpose; [`Faults::none`] leaves the layer out.
    pub chaos: Faults,
}

// === impl LayerSettings ===

impl Default for LayerSettings {
    fn default() -> Self {
        Self {
            retry: RetrySettings::default(),
            timeout: TimeoutSettings::default(),
            calls_per_cloud: 64,
            chaos: Faults::none(),
        }
    }
}
