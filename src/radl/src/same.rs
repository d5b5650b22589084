//! Whether one piece of a document can stand for another.
//!
//! That is more than equality, for which neither order nor lines count: the same piece is printed the same way, and errors
//! about it name the same lines.

use std::sync::Arc;

use crate::{
    AnsibleHost, Configure, Constraint, Contextualize, Description, Feature, Interval, Line, Named,
    Nested, Network, SoftFeatures, System,
};

/// What can be the same as another one.
pub(crate) trait Same {
    /// Whether there is no difference at all.
    fn is_same(&self, other: &Self) -> bool;
}

pub(crate) fn are_same<'a, T: Same + 'a>(
    ours: impl IntoIterator<Item = &'a T>,
    theirs: impl IntoIterator<Item = &'a T>,
) -> bool {
    ours.into_iter()
        .map(Some)
        .chain([None])
        .zip(theirs.into_iter().map(Some).chain([None]))
        .all(|pair| match pair {
            (Some(ours), Some(theirs)) => ours.is_same(theirs),
            (None, None) => true,
            _ => false,
        })
}

// === impl Same ===

impl Same for Line {
    fn is_same(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl Same for Constraint {
    fn is_same(&self, other: &Self) -> bool {
        self.line.is_same(&other.line) && self == other
    }
}

impl Same for Interval {
    fn is_same(&self, other: &Self) -> bool {
        are_same(self.lower(), other.lower()) && are_same(self.upper(), other.upper())
    }
}

impl Same for Feature {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(ours), Self::Number(theirs)) => ours.is_same(theirs),
            (Self::Text(ours), Self::Text(theirs)) => {
                ours.line.is_same(&theirs.line) && ours == theirs
            }
            (Self::List(ours), Self::List(theirs)) => {
                ours.line.is_same(&theirs.line) && ours == theirs
            }
            (Self::Contains(ours), Self::Contains(theirs)) => {
                ours.keys().eq(theirs.keys()) && are_same(ours.values(), theirs.values())
            }
            (Self::Nested(ours), Self::Nested(theirs)) => ours.is_same(theirs),
            _ => false,
        }
    }
}

impl Same for Nested {
    fn is_same(&self, other: &Self) -> bool {
        self.line.is_same(&other.line)
            && self.head == other.head
            && self.features.is_same(&other.features)
    }
}

impl Same for SoftFeatures {
    fn is_same(&self, other: &Self) -> bool {
        self.weight == other.weight && self.features.is_same(&other.features)
    }
}

impl<V: Same> Same for Named<V> {
    fn is_same(&self, other: &Self) -> bool {
        self.keys().eq(other.keys()) && are_same(self.values(), other.values())
    }
}

impl Same for Contextualize {
    fn is_same(&self, other: &Self) -> bool {
        let lines = |block: &Self| {
            let items = block.items.values().map(|item| item.line.number());
            items.collect::<Vec<_>>()
        };
        self.line.is_same(&other.line)
            && self.max_time == other.max_time
            && self.items.iter().eq(other.items.iter())
            && lines(self) == lines(other)
            && self.options.keys().eq(other.options.keys())
            && are_same(self.options.values(), other.options.values())
    }
}

impl Same for Configure {
    fn is_same(&self, other: &Self) -> bool {
        self.line.is_same(&other.line) && self == other
    }
}

macro_rules! same_with_features {
    ($($piece:ident { $($field:ident),* })+) => {$(
        impl Same for $piece {
            fn is_same(&self, other: &Self) -> bool {
                self.line.is_same(&other.line)
                    $(&& self.$field == other.$field)*
                    && self.features.is_same(&other.features)
            }
        }
    )+};
}

same_with_features! {
    Description { id, reference }
    AnsibleHost { id }
    Network { id, reference }
    System { id, reference }
}

impl<T: Same> Same for Arc<T> {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(self, other) || T::is_same(self, other)
    }
}
