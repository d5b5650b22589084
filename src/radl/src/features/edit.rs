//! Setting and removing features: the last word wins, nothing is merged.

use std::sync::Arc;

use crate::features::Features;
use crate::same::Same;
use crate::{Constraint, Feature, Interval, Line, Operator, Quantity, SoftFeatures, TextList};

impl Features {
    /// Sets a feature, in its present place or at the end, and returns the former value.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: Feature) -> Option<Feature> {
        self.entries.insert(name.into(), value)
    }

    /// Sets a feature to a text.
    pub fn set_str(&mut self, name: &str, value: &str) {
        self.set(name, Feature::text(value));
    }

    /// Sets a feature to a list of texts.
    pub fn set_list<'a>(&mut self, name: &str, items: impl IntoIterator<Item = &'a str>) {
        let items = items.into_iter().map(Arc::from).collect();
        self.set(
            name,
            Feature::List(Arc::new(TextList {
                operator: Operator::Equal,
                line: Line::NONE,
                items,
            })),
        );
    }

    /// Sets a feature to a number, or to a bound of one.
    pub fn set_number(&mut self, name: &str, operator: Operator, quantity: Quantity) {
        let interval = Interval::new(Constraint::new(operator, quantity));
        self.set(name, Feature::Number(Arc::new(interval)));
    }

    /// Removes a feature and returns its value. The order of the others stays.
    pub fn remove(&mut self, name: &str) -> Option<Feature> {
        let (index, value) = self.entries.remove(name)?;
        if index < self.soft_at {
            self.soft_at -= 1;
        }
        Some(value)
    }

    /// Removes every feature that `keep` refuses. The order of the others stays.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Feature) -> bool) {
        let mut index = 0;
        let mut soft_at = self.soft_at;
        let before = self.soft_at;
        self.entries.retain(|name, value| {
            let kept = keep(name, value);
            if !kept && index < before {
                soft_at -= 1;
            }
            index += 1;
            kept
        });
        self.soft_at = soft_at;
    }

    /// Adds a wish behind the others; the first one takes its place behind the features there are now.
    pub fn push_soft(&mut self, soft: SoftFeatures) {
        if self.softs.is_empty() {
            self.soft_at = self.entries.len();
        }
        self.softs.push(soft);
    }

    /// Takes all wishes out.
    pub fn take_softs(&mut self) -> Vec<SoftFeatures> {
        std::mem::take(&mut self.softs)
    }

    /// Puts the values of `others` in the place of the same ones of these, so that both are stored once.
    pub(crate) fn unite(&mut self, others: &Features) {
        for (name, value) in self.entries.iter_mut() {
            if let Some(other) = others.get(name)
                && other.is_same(value)
            {
                *value = other.clone();
            }
        }
    }

    /// Gives back memory that was reserved for more features. Worth its time for a document that will be kept.
    pub fn shrink_to_fit(&mut self) {
        self.entries.shrink_to_fit();
        self.softs.shrink_to_fit();
    }
}
