//! What can be set of the cloud `Dummy`, for tests and exercises.

use std::collections::BTreeMap;

use crate::Faults;

/// Settings of the cloud `Dummy`. By default it is fast, endless and never fails.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DummySettings {
    /// How long calls take and how often they fail. A call that fails on purpose has had no effect
    /// ([`Retry::Safe`](crate::Retry::Safe)); for lost answers see [`LayerSettings::chaos`](crate::LayerSettings).
    pub faults: Faults,
    /// How many machines each cloud holds; `None` is any number.
    pub capacity: Option<usize>,
    /// How many machines single clouds hold, by the id in the credentials.
    pub capacities: BTreeMap<String, usize>,
}

// === impl DummySettings ===

impl DummySettings {
    /// How many machines the cloud of this id holds.
    pub(super) fn capacity_of(&self, cloud_id: &str) -> Option<usize> {
        self.capacities.get(cloud_id).copied().or(self.capacity)
    }
}
