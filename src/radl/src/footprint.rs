//! What documents take in memory.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::{
    Contains, ContainsKey, ContextualizeItem, Deploy, Feature, Features, Interval, Named, Nested,
    Radl, SoftFeatures,
};

/// What an allocator adds to an allocation, on average: half a step between the sizes it has.
const STEP: usize = 8;

/// The two counts before what an [`Arc`] holds.
const COUNTS: usize = 2 * size_of::<usize>();

/// Bytes of allocations, near the truth. What is shared is counted the first time it is met.
#[derive(Default)]
pub struct Footprint {
    bytes: usize,
    met: HashSet<usize>,
}

// === impl Footprint ===

impl Footprint {
    /// All that was counted.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Counts an allocation of so many bytes; of none there is none.
    pub fn add(&mut self, bytes: usize) {
        if bytes > 0 {
            self.bytes += bytes + STEP;
        }
    }

    /// Counts a document.
    pub fn document(&mut self, document: &Arc<Radl>) {
        if !self.shared(document) {
            return;
        }
        if let Some(description) = &document.description
            && self.shared(description)
        {
            self.features(&description.features);
        }
        self.pieces(&document.ansible_hosts, |host| Some(&host.features));
        self.pieces(&document.networks, |network| Some(&network.features));
        self.pieces(&document.systems, |system| Some(&system.features));
        self.pieces(&document.configures, |_| None);
        let recipes = document.configures.values().map(|it| &it.recipe);
        for recipe in recipes.flatten() {
            self.text(recipe);
        }
        if let Some(block) = &document.contextualize
            && self.shared(block)
        {
            self.table::<(Arc<str>, Arc<str>), ContextualizeItem>(&block.items);
            self.table(&block.options);
            block.options.values().for_each(|it| self.feature(it));
        }
        self.add(document.deploys.capacity() * size_of::<Deploy>());
    }

    fn pieces<T>(&mut self, pieces: &Named<Arc<T>>, features: impl Fn(&T) -> Option<&Features>) {
        self.add(pieces.bytes());
        for (id, piece) in pieces {
            self.text(id);
            if self.shared(piece)
                && let Some(features) = features(piece)
            {
                self.features(features);
            }
        }
    }

    fn features(&mut self, features: &Features) {
        self.add(features.table_bytes());
        for (name, feature) in features.iter() {
            self.text(name);
            self.feature(feature);
        }
        let softs = features.softs();
        self.add(size_of_val::<[SoftFeatures]>(softs));
        softs.iter().for_each(|soft| self.features(&soft.features));
    }

    fn feature(&mut self, feature: &Feature) {
        match feature {
            Feature::Number(interval) => {
                self.shared::<Interval>(interval);
            }
            Feature::Text(text) => self.text(&text.value),
            Feature::List(list) => {
                if self.shared(list) {
                    self.add(list.items.capacity() * size_of::<Arc<str>>());
                    list.items.iter().for_each(|item| self.text(item));
                }
            }
            Feature::Contains(contains) => {
                if self.shared::<Contains>(contains) {
                    self.table::<ContainsKey, Nested>(contains);
                    let features = contains.values().map(|nested| &nested.features);
                    features.for_each(|features| self.features(features));
                }
            }
            Feature::Nested(nested) => {
                if self.shared(nested) {
                    self.features(&nested.features);
                }
            }
        }
    }

    /// A table with an index: each entry has its hash beside it and its place in the index.
    fn table<K, V>(&mut self, table: &IndexMap<K, V>) {
        let entry = size_of::<(u64, K, V)>() + size_of::<usize>();
        self.add(table.len() * entry);
    }

    fn text(&mut self, text: &Arc<str>) {
        if self.met.insert(text.as_ptr().addr()) {
            self.add(COUNTS + text.len());
        }
    }

    /// Counts what is shared, if it is met for the first time.
    fn shared<T>(&mut self, piece: &Arc<T>) -> bool {
        let first = self.met.insert(Arc::as_ptr(piece).addr());
        if first {
            self.add(COUNTS + size_of::<T>());
        }
        first
    }
}
