//! One limit for all connectors to one cloud.
//!
//! Users name the clouds, so there may be any number of them: a limit is kept only while a connector uses it. The
//! table is swept when it has doubled since the last sweep, so it holds at most twice as many entries as are in use,
//! and some.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use im_domain::CloudInfo;
use tokio::sync::Semaphore;

use crate::layers::Limit;

/// Below this many entries no sweep is worth its time.
const SMALL: usize = 64;

/// The limits that are in use.
#[derive(Debug)]
pub(super) struct Limits {
    calls: usize,
    table: Mutex<Table>,
}

#[derive(Debug)]
struct Table {
    places: HashMap<Key, Weak<Semaphore>>,
    sweep_at: usize,
}

/// A cloud, whoever uses it: type, protocol, server and port.
type Key = (String, String, String, i64);

// === impl Limits ===

impl Limits {
    pub(super) fn new(calls: usize) -> Self {
        Self {
            calls,
            table: Mutex::new(Table {
                places: HashMap::new(),
                sweep_at: SMALL,
            }),
        }
    }

    /// The limit of a cloud.
    pub(super) fn of(&self, cloud: &CloudInfo) -> Limit {
        let key = (
            cloud.kind.clone(),
            cloud.protocol.clone(),
            cloud.server.clone(),
            cloud.port,
        );
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = table.places.get(&key).and_then(Weak::upgrade) {
            return Limit::sharing(places);
        }
        if table.places.len() >= table.sweep_at {
            table.places.retain(|_, places| places.strong_count() > 0);
            table.sweep_at = SMALL.max(2 * table.places.len());
        }
        let places = Arc::new(Limit::places(self.calls));
        table.places.insert(key, Arc::downgrade(&places));
        Limit::sharing(places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CloudLine;

    #[test]
    fn limits_that_nobody_uses_are_forgotten() {
        let limits = Limits::new(1);
        for n in 0..10_000 {
            let line = CloudLine::new("Dummy", None, Some(&format!("server{n}")));
            limits.of(line.cloud().unwrap());
        }
        let table = limits.table.lock().unwrap();
        assert!(table.places.len() <= 2 * SMALL, "{}", table.places.len());
    }
}
