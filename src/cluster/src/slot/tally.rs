//! What an infrastructure adds to the metrics as long as it is owned here.

use std::mem;

use im_domain::Infrastructure;
use im_telemetry::metrics::{InfrastructureMetrics, Tally};

use super::Slot;
use super::state::Working;

/// What an infrastructure adds to the metrics.
pub(super) fn tally(metrics: &InfrastructureMetrics, infrastructure: &Infrastructure) -> Tally {
    if infrastructure.deleted {
        return Tally::default();
    }
    let vms = infrastructure.live_vms();
    metrics.tally(
        infrastructure.state().as_str(),
        vms.map(|vm| (vm.cloud.kind.as_str(), vm.state.as_str())),
    )
}

// === impl Slot ===

impl Slot {
    /// From now on it counts as this.
    pub(super) fn count_as(&self, working: &mut Working, tally: Tally) {
        let before = mem::replace(&mut working.tally, tally);
        let metrics = &self.surroundings.metrics.infrastructures;
        metrics.changed(&before, &working.tally);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let metrics = &self.surroundings.metrics.infrastructures;
        let working = self.working.get_mut();
        let working = working.unwrap_or_else(std::sync::PoisonError::into_inner);
        metrics.changed(&working.tally, &Tally::default());
    }
}
