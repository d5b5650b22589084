//! An ordered map from name to value that takes little room.
//!
//! Nearly all maps of this language have a handful of names. Up to [`FEW`] they are found by looking at one after the
//! other, which costs no more than a hash of the name; beyond, an index keeps every operation at constant time, so that
//! reading a document of thousands of features takes time in proportion to its length.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Up to so many names there is no index.
const FEW: usize = 24;

/// Values by name, in the order of their first appearance. Two of them are equal if they have the same values under the
/// same names, in whatever order.
#[derive(Clone)]
pub struct Named<V> {
    entries: Vec<(Arc<str>, V)>,
    /// The place of each name; present if and only if there are more than [`FEW`].
    #[expect(
        clippy::box_collection,
        reason = "nearly all have none, and it should cost them a pointer"
    )]
    index: Option<Box<HashMap<Arc<str>, usize>>>,
}

// === impl Named ===

impl<V> Named<V> {
    /// Nothing.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            index: None,
        }
    }

    /// Nothing, with room for so many values.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            index: None,
        }
    }

    /// One value.
    pub fn one(name: Arc<str>, value: V) -> Self {
        Self {
            entries: vec![(name, value)],
            index: None,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.get_key_value(name).map(|(_, value)| value)
    }

    /// The value of a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        let at = self.place(name)?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    /// The shared copy of a name, with its value.
    pub fn get_key_value(&self, name: &str) -> Option<(&Arc<str>, &V)> {
        let at = self.place(name)?;
        self.entries.get(at).map(|(name, value)| (name, value))
    }

    /// Whether there is a value of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// The first one.
    pub fn first(&self) -> Option<(&Arc<str>, &V)> {
        self.iter().next()
    }

    /// The value of the first one, to be changed.
    pub fn first_mut(&mut self) -> Option<&mut V> {
        self.values_mut().next()
    }

    /// Names and values in order.
    pub fn iter(&self) -> Iter<'_, V> {
        self.into_iter()
    }

    /// Names and values in order, the values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut V)> {
        self.entries.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names in order.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.entries.iter().map(|(name, _)| name)
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values in order, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// Sets a value, in the present place of its name or at the end, and returns the former one.
    pub fn insert(&mut self, name: Arc<str>, value: V) -> Option<V> {
        match self.get_mut(&name) {
            Some(present) => Some(std::mem::replace(present, value)),
            None => {
                self.push(name, value);
                None
            }
        }
    }

    /// Adds a value behind the others. There must be none of its name.
    pub(crate) fn push(&mut self, name: Arc<str>, value: V) {
        let at = self.entries.len();
        if self.entries.capacity() == 0 {
            // Most documents have one network and one system.
            self.entries.reserve_exact(1);
        }
        if let Some(index) = &mut self.index {
            index.insert(name.clone(), at);
        }
        self.entries.push((name, value));
        if at == FEW {
            self.set_index();
        }
    }

    /// Removes a name: where it stood, and its value. The order of the others stays.
    pub fn remove(&mut self, name: &str) -> Option<(usize, V)> {
        let at = self.place(name)?;
        let (_, value) = self.entries.remove(at);
        self.set_index();
        Some((at, value))
    }

    /// Removes every value that `keep` refuses. The order of the others stays.
    pub fn retain(&mut self, mut keep: impl FnMut(&Arc<str>, &mut V) -> bool) {
        let before = self.entries.len();
        self.entries.retain_mut(|(name, value)| keep(name, value));
        if self.entries.len() < before {
            self.set_index();
        }
    }

    /// Gives back memory that was reserved for more.
    pub fn shrink_to_fit(&mut self) {
        self.entries.shrink_to_fit();
        if let Some(index) = &mut self.index {
            index.shrink_to_fit();
        }
    }

    /// What it takes beside its names and values, about.
    pub(crate) fn bytes(&self) -> usize {
        let index = self.index.as_ref().map_or(0, |index| {
            index.capacity() * size_of::<(Arc<str>, usize)>() * 8 / 7
        });
        self.entries.capacity() * size_of::<(Arc<str>, V)>() + index
    }

    fn place(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.entries.iter().position(|(known, _)| **known == *name),
        }
    }

    /// Makes the index, or drops it, as the number of names demands.
    fn set_index(&mut self) {
        let places = || {
            let names = self.entries.iter().enumerate();
            names.map(|(at, (name, _))| (name.clone(), at)).collect()
        };
        self.index = (self.entries.len() > FEW).then(|| Box::new(places()));
    }
}

impl<V> Default for Named<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: PartialEq> PartialEq for Named<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(name, value)| other.get(name) == Some(value))
    }
}

impl<V: fmt::Debug> fmt::Debug for Named<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<V> Extend<(Arc<str>, V)> for Named<V> {
    fn extend<T: IntoIterator<Item = (Arc<str>, V)>>(&mut self, entries: T) {
        for (name, value) in entries {
            self.insert(name, value);
        }
    }
}

impl<V> FromIterator<(Arc<str>, V)> for Named<V> {
    fn from_iter<T: IntoIterator<Item = (Arc<str>, V)>>(entries: T) -> Self {
        let mut named = Self::new();
        named.extend(entries);
        named
    }
}

impl<V> IntoIterator for Named<V> {
    type Item = (Arc<str>, V);
    type IntoIter = std::vec::IntoIter<(Arc<str>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a, V> IntoIterator for &'a Named<V> {
    type Item = (&'a Arc<str>, &'a V);
    type IntoIter = Iter<'a, V>;

    fn into_iter(self) -> Self::IntoIter {
        Iter(self.entries.iter())
    }
}

/// Names and values of a [`Named`], in order.
#[derive(Debug)]
pub struct Iter<'a, V>(std::slice::Iter<'a, (Arc<str>, V)>);

// === impl Iter ===

impl<'a, V> Iterator for Iter<'a, V> {
    type Item = (&'a Arc<str>, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(names: impl IntoIterator<Item = usize>) -> Named<usize> {
        names
            .into_iter()
            .map(|n| (Arc::from(n.to_string()), n))
            .collect()
    }

    #[test]
    fn few_and_many_are_found_replaced_and_removed_alike() {
        for count in [1, FEW - 1, FEW, FEW + 1, FEW + 2, 10 * FEW] {
            let mut named = numbers(0..count);
            assert_eq!(named.index.is_some(), count > FEW);
            assert_eq!(named.insert("0".into(), 7), Some(0));
            assert_eq!(named.insert("new".into(), 8), None);
            assert_eq!(named.len(), count + 1);
            assert_eq!(named.get("0"), Some(&7));
            assert_eq!(named.get("new"), Some(&8));
            assert_eq!(named.get("other"), None);
            assert_eq!(named.remove("0"), Some((0, 7)));
            assert_eq!(named.remove("0"), None);
            let expected: Vec<_> = (1..count).chain([8]).collect();
            assert_eq!(named.values().copied().collect::<Vec<_>>(), expected);
            for (name, value) in named.clone() {
                assert_eq!(named.get(&name), Some(&value), "{name} of {count}");
            }
            named.retain(|_, value| *value % 2 == 0);
            for n in 1..count {
                let kept = (n % 2 == 0).then_some(&n);
                assert_eq!(named.get(&n.to_string()), kept, "{n} of {count}");
            }
            assert_eq!(named.index.is_some(), named.len() > FEW);
        }
    }

    #[test]
    fn order_makes_no_difference() {
        for count in [2, FEW, FEW + 1, 3 * FEW] {
            assert_eq!(numbers(0..count), numbers((0..count).rev()));
            assert_ne!(numbers(0..count), numbers(1..=count));
            assert_ne!(numbers(0..count), numbers(0..count - 1));
        }
    }
}
