//! Infrastructures in memory.

use super::declare::{label, metrics};

label! {
    /// Why the cache let one go.
    pub enum Evicted {
        /// Nobody asked for it within `INF_CACHE_TIME`.
        Idle = "idle";
        /// There was no room (`CACHE_MAX_BYTES`).
        Room = "room";
    }
}

metrics! {
    /// Infrastructures in memory.
    pub struct CacheMetrics, "Memory of infrastructures" {
        /// Infrastructures that were found in memory when somebody asked for them.
        hits: IntCounter = "im_cache_hits_total" [];
        /// Infrastructures that were not in memory when somebody asked for them: they were loaded, another node has
        /// them, or there are none of that id.
        misses: IntCounter = "im_cache_misses_total" [];
        /// Infrastructures that were let go, because they were `idle` or there was no `room`.
        evicted: IntCounterVec = "im_cache_evictions_total" ["reason"];
        /// Infrastructures that are kept in memory.
        entries: IntGauge = "im_cache_entries" [];
        /// Room that they take, estimated as for `CACHE_MAX_BYTES`.
        bytes: IntGauge = "im_cache_bytes" [];
        /// Room that they may take: `CACHE_MAX_BYTES`.
        limit: IntGauge = "im_cache_max_bytes" [];
    }
}

// === impl CacheMetrics ===

impl CacheMetrics {
    fn begin(&self) {
        for reason in Evicted::ALL {
            self.evicted.with_label_values(&[reason.as_str()]);
        }
    }

    /// One was in memory.
    pub fn hit(&self) {
        self.hits.inc();
    }

    /// One was not in memory.
    pub fn miss(&self) {
        self.misses.inc();
    }

    /// One was let go.
    pub fn evicted(&self, reason: Evicted) {
        self.evicted.with_label_values(&[reason.as_str()]).inc();
    }

    /// So many are kept, in so much room, of so much.
    pub fn kept(&self, entries: u64, bytes: u64, limit: u64) {
        let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
        self.entries.set(number(entries));
        self.bytes.set(number(bytes));
        self.limit.set(number(limit));
    }
}
