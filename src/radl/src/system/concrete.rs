//! From what a machine may be to what it will be.

use std::sync::Arc;

use crate::{Feature, Interval, System};

impl System {
    /// The system with every choice made: wishes that fit are granted, the heaviest first, and every number has the
    /// single value nearest to its lower end, else to its upper end.
    pub fn concrete(&self) -> System {
        let mut system = self.clone();
        let mut softs = system.features.take_softs();
        // A wish that is granted may bring wishes of its own.
        while !softs.is_empty() {
            softs.sort_by(|a, b| b.weight.compare(&a.weight));
            for soft in softs {
                system.features.grant(soft.features);
            }
            softs = system.features.take_softs();
        }
        let numbers: Vec<(Arc<str>, Interval)> = system
            .features
            .iter()
            .filter_map(|(name, feature)| {
                let quantity = feature.as_interval()?.quantity()?.clone();
                Some((name.clone(), Interval::exactly(quantity)))
            })
            .collect();
        for (name, interval) in numbers {
            system
                .features
                .set(name, Feature::Number(Arc::new(interval)));
        }
        system
    }
}
