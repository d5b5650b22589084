//! All layers around a connector, in their order.

use std::sync::Arc;

use im_telemetry::metrics::CloudMetrics;
use im_util::Clock;

use super::{Chaos, LayerSettings, Layered, Limit, Measure, Retries, Timeouts, Trace};
use crate::Connector;

/// What connectors share.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The places of one cloud.
    pub limit: Limit,
    /// Failures on purpose, for all of them.
    pub chaos: Option<Chaos>,
    /// What is counted.
    pub metrics: CloudMetrics,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Puts all layers around a connector of a type, from the inside to the outside. The reasons for the order stand in the
/// documentation of [`layers`](crate::layers).
pub fn stack(
    connector: Arc<dyn Connector>,
    kind: &'static str,
    settings: &LayerSettings,
    shared: Shared,
) -> Arc<dyn Connector> {
    let Shared {
        limit,
        chaos,
        metrics,
        clock,
    } = shared;
    let connector = match chaos {
        Some(chaos) => Layered::wrap(chaos, connector),
        None => connector,
    };
    let connector = Layered::wrap(Timeouts::new(settings.timeout), connector);
    let measure = Measure::new(kind, metrics.clone(), Arc::clone(&clock));
    let connector = Layered::wrap(measure, connector);
    let connector = Layered::wrap(limit, connector);
    let retries = Retries::new(settings.retry).counted(kind, metrics);
    let connector = Layered::wrap(retries, connector);
    Layered::wrap(Trace::new(clock), connector)
}
