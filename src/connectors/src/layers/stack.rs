//! All layers around a connector, in their order.

use std::sync::Arc;

use im_util::Clock;

use super::{Chaos, LayerSettings, Layered, Limit, Retries, Timeouts, Trace};
use crate::Connector;

/// Puts all layers around a connector, from the inside to the outside. The reasons for the order stand in the
/// documentation of [`layers`](crate::layers).
///
/// `limit` is shared by the connectors to one cloud, and `chaos` by all.
pub fn stack(
    connector: Arc<dyn Connector>,
    settings: &LayerSettings,
    limit: Limit,
    chaos: Option<Chaos>,
    clock: Arc<dyn Clock>,
) -> Arc<dyn Connector> {
    let connector = match chaos {
        Some(chaos) => Layered::wrap(chaos, connector),
        None => connector,
    };
    let connector = Layered::wrap(Timeouts::new(settings.timeout), connector);
    let connector = Layered::wrap(limit, connector);
    let connector = Layered::wrap(Retries::new(settings.retry), connector);
    Layered::wrap(Trace::new(clock), connector)
}
