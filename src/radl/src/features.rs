//! The features of a network, a system or anything else that has some: an ordered map from name to value.
//!
//! Names and values are shared, so that the clone of a machine's features costs one small table. All operations on
//! one feature take constant time, except removal, which keeps the order of the others.

mod edit;
mod merge;
mod query;

use std::fmt;
use std::sync::Arc;

use crate::same::{Same, are_same};
use crate::{Feature, Named, SoftFeatures};

pub use merge::{ConflictPolicy, FeatureConflict};

/// Features by name, in the order of their first appearance, and wishes.
#[derive(Clone, Default, PartialEq)]
pub struct Features {
    entries: Named<Feature>,
    softs: Vec<SoftFeatures>,
    /// How many entries are printed before the soft blocks, which stand together.
    soft_at: usize,
}

/// A piece of [`Features`] in printing order.
pub(crate) enum Part<'a> {
    /// A feature with its name.
    Feature(&'a str, &'a Feature),
    /// All soft blocks; at least one.
    Softs(&'a [SoftFeatures]),
}

// === impl Features ===

impl Features {
    /// No features.
    pub fn new() -> Self {
        Self::default()
    }

    /// No features yet, with room for so many.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Named::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// Whether there is neither a feature nor a wish.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.softs.is_empty()
    }

    /// How many features there are, wishes not counted.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Names and values in order, wishes left out.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Feature)> {
        self.entries.iter()
    }

    /// What the table of names and values takes, about.
    pub(crate) fn table_bytes(&self) -> usize {
        self.entries.bytes()
    }

    /// The wishes, in order.
    pub fn softs(&self) -> &[SoftFeatures] {
        &self.softs
    }

    /// Everything in printing order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let split = self.soft_at.min(self.entries.len());
        let before = self
            .entries
            .iter()
            .take(split)
            .map(|(name, value)| Part::Feature(name, value));
        let after = self
            .entries
            .iter()
            .skip(split)
            .map(|(name, value)| Part::Feature(name, value));
        let softs = (!self.softs.is_empty()).then(|| Part::Softs(&self.softs));
        before.chain(softs).chain(after)
    }
}

impl Same for Features {
    fn is_same(&self, other: &Self) -> bool {
        self.entries.is_same(&other.entries)
            && self.soft_at == other.soft_at
            && are_same(self.softs(), other.softs())
    }
}

/// Prints the features as text, with the values of secrets replaced by stars.
impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::print::masked_features(self, f)
    }
}
