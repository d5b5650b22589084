//! Asking for features.

use crate::features::Features;
use crate::{Feature, Interval, Nested, Quantity};

impl Features {
    /// The value of a feature.
    pub fn get(&self, name: &str) -> Option<&Feature> {
        self.entries.get(name)
    }

    /// Whether a feature is present.
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The text of a feature; `None` if it is absent or something else.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Feature::as_str)
    }

    /// The texts of a feature that is a list or a single text; empty if it is absent or something else.
    pub fn get_texts(&self, name: &str) -> Vec<&str> {
        match self.get(name) {
            Some(Feature::Text(text)) => vec![&*text.value],
            Some(Feature::List(list)) => list.items.iter().map(|item| &**item).collect(),
            _ => Vec::new(),
        }
    }

    /// The value to take for a numeric feature: its lower end, else its upper end. `None` if it is absent or not a
    /// number.
    pub fn get_number(&self, name: &str) -> Option<&Quantity> {
        self.interval(name).and_then(Interval::quantity)
    }

    /// The interval of a numeric feature.
    pub fn interval(&self, name: &str) -> Option<&Interval> {
        self.get(name).and_then(Feature::as_interval)
    }

    /// A number multiplied out (bytes for sizes), with a fraction cut off. `None` if it is absent, not a number,
    /// negative or beyond 64 bits.
    pub fn get_base(&self, name: &str) -> Option<u64> {
        self.get_number(name)
            .and_then(|quantity| quantity.base().to_u64())
    }

    /// The values of a `contains` feature, in order; empty if it is absent or something else.
    pub fn contained(&self, name: &str) -> impl Iterator<Item = &Nested> {
        let contains = match self.get(name) {
            Some(Feature::Contains(contains)) => Some(contains.values()),
            _ => None,
        };
        contains.into_iter().flatten()
    }

    /// The features whose names start with `prefix`, with what follows it, in order.
    pub fn with_prefix<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Feature)> + 'a {
        self.entries
            .iter()
            .filter_map(move |(name, value)| name.strip_prefix(prefix).map(|rest| (rest, value)))
    }

    /// The numbers N for which there are features `FAMILY.N.…`, in ascending order, each once.
    pub fn indices(&self, family: &str) -> Vec<u32> {
        let mut found: Vec<u32> = self
            .entries
            .keys()
            .filter_map(|name| {
                name.strip_prefix(family)?
                    .strip_prefix('.')?
                    .split_once('.')?
                    .0
                    .parse()
                    .ok()
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
