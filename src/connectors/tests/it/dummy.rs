//! What is particular to the cloud `Dummy`.

mod documents;
mod memory;
mod settings;

use std::sync::Arc;

use im_connectors::{CloudLine, Connector, DummySettings, dummy};
use im_util::{Clock, ManualClock};

/// Connectors to clouds of these ids, which share one process.
fn clouds<const N: usize>(
    settings: DummySettings,
    clock: Arc<dyn Clock>,
    ids: [&str; N],
) -> [Arc<dyn Connector>; N] {
    let cloud_type = dummy::cloud_type(settings, clock);
    ids.map(|id| {
        let line = CloudLine::new(dummy::TYPE, Some(id), None);
        cloud_type.connect(&line).unwrap()
    })
}

/// One cloud in a process of its own.
fn cloud() -> Arc<dyn Connector> {
    let clock = Arc::new(ManualClock::at(1_000));
    let [cloud] = clouds(DummySettings::default(), clock, ["dummy"]);
    cloud
}
