//! All groups, and what a scraper gets.

use std::sync::Arc;

use prometheus::core::Collector;
use prometheus::{Encoder, Registry, TextEncoder};
use thiserror::Error;

use super::declare::Group;
use super::{
    BuildMetrics, CloudMetrics, ClusterMetrics, InfrastructureMetrics, OperationMetrics,
    RedisMetrics, RequestMetrics, StoreMetrics,
};

/// The media type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics of one node.
#[derive(Debug)]
pub struct Metrics {
    /// Requests of clients.
    pub requests: RequestMetrics,
    /// What a node moves as one of many.
    pub cluster: Arc<ClusterMetrics>,
    /// Operations.
    pub operations: OperationMetrics,
    /// Calls of clouds.
    pub clouds: CloudMetrics,
    /// The database.
    pub store: StoreMetrics,
    /// Redis.
    pub redis: RedisMetrics,
    registry: Registry,
}

/// The metrics have no form. It does not happen.
#[derive(Debug, Error)]
#[error("The metrics cannot be written: {0}.")]
pub struct RenderError(#[from] prometheus::Error);

// === impl Metrics ===

impl Metrics {
    /// Metrics that begin at nothing, of this release, with machines counted by these types of cloud.
    pub fn new(version: &'static str, connectors: impl IntoIterator<Item = &'static str>) -> Self {
        let metrics = Self {
            requests: RequestMetrics::default(),
            cluster: Arc::new(ClusterMetrics {
                infrastructures: InfrastructureMetrics::new(connectors),
                ..ClusterMetrics::default()
            }),
            operations: OperationMetrics::default(),
            clouds: CloudMetrics::default(),
            store: StoreMetrics::default(),
            redis: RedisMetrics::default(),
            registry: Registry::new(),
        };
        let build = BuildMetrics::default();
        build.runs(version);
        metrics.show(&metrics.requests);
        metrics.show(&metrics.cluster.infrastructures.population);
        metrics.show(&metrics.operations);
        metrics.show(&metrics.cluster.leases);
        metrics.show(&metrics.cluster.cache);
        metrics.show(&metrics.cluster.session);
        metrics.show(&metrics.cluster.forwards);
        metrics.show(&metrics.clouds);
        metrics.show(&metrics.store);
        metrics.show(&metrics.redis);
        metrics.show(&build);
        #[cfg(target_os = "linux")]
        metrics.register(Box::new(
            prometheus::process_collector::ProcessCollector::for_self(),
        ));
        metrics
    }

    fn show(&self, group: &impl Group) {
        for collector in group.collectors() {
            self.register(collector);
        }
    }

    /// Two metrics of one name would be a fault of the declarations, which every test finds.
    fn register(&self, collector: Box<dyn Collector>) {
        if let Err(error) = self.registry.register(collector) {
            unreachable!("the metrics are declared wrongly: {error}");
        }
    }

    /// What a scraper gets, in the text format of Prometheus ([`CONTENT_TYPE`]).
    ///
    /// # Errors
    /// If a metric has no form.
    pub fn render(&self) -> Result<Vec<u8>, RenderError> {
        let mut text = Vec::with_capacity(32 << 10);
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}
