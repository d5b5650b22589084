//! The clouds.

use im_config::Settings;
use im_connectors::{DummySettings, Faults, Operation, RegistrySettings};

/// The registry of clouds.
pub(crate) fn settings(settings: &Settings) -> RegistrySettings {
    let dummy = &settings.dummy;
    RegistrySettings {
        dummy: DummySettings {
            faults: Faults {
                latency: (dummy.latency, dummy.latency),
                rates: [(Operation::Launch, dummy.fail_rate)].into(),
                ..Faults::none()
            },
            capacity: dummy
                .capacity
                .map(|capacity| usize::try_from(capacity.get()).unwrap_or(usize::MAX)),
            ..DummySettings::default()
        },
        ..RegistrySettings::default()
    }
}
