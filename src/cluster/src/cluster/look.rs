//! What is looked at when somebody reads the metrics.

use super::Cluster;

// === impl Cluster ===

impl Cluster {
    /// Looks at what changes without an event: the age of the session, the room of the cache, the number of leases. Asks
    /// nobody.
    pub async fn look(&self) {
        let inner = &self.inner;
        inner.table.settle().await;
        let metrics = &inner.parts.metrics;
        let (age, fresh) = (inner.session.age(), self.life().is_fresh());
        metrics.session.now(age, fresh, self.is_draining());
        metrics.leases.hold(inner.table.count());
        let (entries, bytes) = inner.table.kept();
        let limit = inner.settings.cache.max_bytes;
        metrics.cache.kept(entries, bytes, limit);
    }
}
