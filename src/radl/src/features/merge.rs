//! Adding features to features: numbers narrow an interval, `contains` gathers, texts must agree.

use std::fmt;
use std::sync::Arc;

use indexmap::map::Entry;

use crate::features::Features;
use crate::interval::is_under_every_lower_end;
use crate::{Constraint, Contains, ContainsKey, Feature, Interval, Line, Nested, Operator};

/// How many names of `contains` values a message shows.
const SHOWN_NAMES: usize = 10;

/// What to do when two documents set the same feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictPolicy {
    /// The added value replaces the present one.
    Override,
    /// The present value stays.
    Keep,
}

/// A feature cannot be added to those that are there. The texts in it show no secret.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureConflict {
    /// It is set already, to something else.
    Different {
        /// The feature that was to be added, as text.
        added: String,
        /// The feature that is there, as text.
        present: String,
        /// Where the added one was written.
        line: Line,
    },
    /// It leaves no value for a number.
    Disjoint {
        /// The lower end that was there, as text.
        lower: Option<String>,
        /// The upper end that was there, as text.
        upper: Option<String>,
        /// Where the added one was written.
        line: Line,
    },
    /// A number was added to a `contains` feature.
    NumberInContains {
        /// The names of the values that are there, the first ten at most.
        names: Vec<String>,
        /// Where the number was written.
        line: Line,
    },
    /// A number, a text and a `contains` feature cannot have the same name.
    Mixed {
        /// The name.
        name: String,
        /// Where the second one was written.
        line: Line,
    },
}

// === impl Features ===

impl Features {
    /// Adds one comparison with a number: the interval of the feature is narrowed.
    pub fn add_constraint(
        &mut self,
        name: &Arc<str>,
        constraint: Constraint,
    ) -> Result<(), FeatureConflict> {
        let line = constraint.line;
        match self.entries.get_mut(name) {
            None => {
                if constraint.operator != Operator::Equal
                    && constraint.operator.bounds_above()
                    && is_under_every_lower_end(&constraint.quantity.base())
                {
                    return Err(FeatureConflict::Disjoint {
                        lower: None,
                        upper: None,
                        line,
                    });
                }
                let interval = Arc::new(Interval::new(constraint));
                self.entries.push(name.clone(), Feature::Number(interval));
                Ok(())
            }
            Some(present) => match present {
                Feature::Number(interval) => {
                    let former = Arc::make_mut(interval);
                    former.narrow(&constraint).map_err(|_| {
                        let text = |end: Option<&Constraint>| {
                            end.map(|c| crate::print::masked_constraint(name, c))
                        };
                        FeatureConflict::Disjoint {
                            lower: text(former.lower()),
                            upper: text(former.upper()),
                            line,
                        }
                    })
                }
                Feature::Contains(contains) => {
                    let names = contains
                        .keys()
                        .take(SHOWN_NAMES)
                        .map(ContainsKey::to_string)
                        .collect();
                    Err(FeatureConflict::NumberInContains { names, line })
                }
                _ => Err(FeatureConflict::Mixed {
                    name: name.to_string(),
                    line,
                }),
            },
        }
    }

    /// Adds a text, a list or an object of the JSON form: it must be new or say the same as before.
    pub fn add_value(&mut self, name: &Arc<str>, value: Feature) -> Result<(), FeatureConflict> {
        let line = value.line();
        match self.entries.get(name) {
            None => {
                self.entries.push(name.clone(), value);
                Ok(())
            }
            Some(present) => match (present, &value) {
                (Feature::Text(present), Feature::Text(added)) if present.value == added.value => {
                    Ok(())
                }
                (Feature::List(present), Feature::List(added)) if present.items == added.items => {
                    Ok(())
                }
                (Feature::Text(_) | Feature::List(_), Feature::Text(_) | Feature::List(_)) => {
                    Err(FeatureConflict::Different {
                        added: crate::print::masked_feature(name, &value),
                        present: crate::print::masked_feature(name, present),
                        line,
                    })
                }
                _ => Err(FeatureConflict::Mixed {
                    name: name.to_string(),
                    line,
                }),
            },
        }
    }

    /// Adds a value of a `contains` feature. One with the same inner name is merged with it.
    pub fn add_contained(
        &mut self,
        name: &Arc<str>,
        nested: Nested,
    ) -> Result<(), FeatureConflict> {
        let line = nested.line;
        match self.entries.get_mut(name) {
            None => {
                let mut contains = Contains::new();
                add_nested(&mut contains, nested)?;
                let feature = Feature::Contains(Arc::new(contains));
                self.entries.push(name.clone(), feature);
                Ok(())
            }
            Some(Feature::Contains(contains)) => add_nested(Arc::make_mut(contains), nested),
            Some(_) => Err(FeatureConflict::Mixed {
                name: name.to_string(),
                line,
            }),
        }
    }

    /// Adds every feature and wish of `other`, as if it had been written behind these.
    pub fn add_all(&mut self, other: Features) -> Result<(), FeatureConflict> {
        for (name, value) in other.entries {
            match value {
                Feature::Number(interval) => {
                    for constraint in interval.lower().into_iter().chain(interval.upper()) {
                        self.add_constraint(&name, constraint.clone())?;
                    }
                }
                Feature::Contains(contains) => {
                    for nested in Arc::unwrap_or_clone(contains).into_values() {
                        self.add_contained(&name, nested)?;
                    }
                }
                value => self.add_value(&name, value)?,
            }
        }
        for soft in other.softs {
            self.push_soft(soft);
        }
        Ok(())
    }

    /// Adds `wish` if all of it fits, and nothing of it otherwise. Takes time in proportion to the wish alone.
    pub(crate) fn grant(&mut self, wish: Features) -> bool {
        let mut union = Features::new();
        for name in wish.entries.keys() {
            if let Some((name, present)) = self.entries.get_key_value(name) {
                union.entries.insert(name.clone(), present.clone());
            }
        }
        let fits = union.add_all(wish).is_ok();
        if fits {
            self.entries.extend(union.entries);
            union
                .softs
                .into_iter()
                .for_each(|soft| self.push_soft(soft));
        }
        fits
    }

    /// Takes over the features of `other`. Where both have one, `policy` decides; `contains` features are united
    /// value by value. Wishes of `other` are added.
    pub fn merge(&mut self, other: &Features, policy: ConflictPolicy) {
        for (name, value) in &other.entries {
            match self.entries.get_mut(name) {
                None => self.entries.push(name.clone(), value.clone()),
                Some(present) => match (present, value) {
                    (Feature::Contains(present), Feature::Contains(added)) => {
                        unite(Arc::make_mut(present), added, policy);
                    }
                    (present, added) if policy == ConflictPolicy::Override => {
                        *present = added.clone();
                    }
                    _ => {}
                },
            }
        }
        for soft in &other.softs {
            self.push_soft(soft.clone());
        }
    }
}

fn add_nested(contains: &mut Contains, nested: Nested) -> Result<(), FeatureConflict> {
    match contains.entry(ContainsKey::of(&nested)) {
        Entry::Vacant(vacant) => {
            vacant.insert(nested);
            Ok(())
        }
        Entry::Occupied(mut occupied) => occupied.get_mut().features.add_all(nested.features),
    }
}

fn unite(present: &mut Contains, added: &Contains, policy: ConflictPolicy) {
    for (key, nested) in added {
        match present.entry(key.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(nested.clone());
            }
            Entry::Occupied(mut occupied) => {
                occupied.get_mut().features.merge(&nested.features, policy);
            }
        }
    }
}

// === impl ContainsKey ===

impl ContainsKey {
    /// The key of a value: the `name` among its features.
    pub fn of(nested: &Nested) -> Self {
        match nested.features.get("name") {
            Some(Feature::Text(text)) => Self::Named(text.value.clone()),
            Some(Feature::Number(interval)) => match interval.quantity() {
                Some(quantity) => Self::Named(quantity.value.to_string().into()),
                None => Self::Nameless,
            },
            Some(Feature::List(list)) => Self::Named(list.items.join(",").into()),
            _ => Self::Nameless,
        }
    }
}

impl fmt::Display for ContainsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nameless => f.write_str("None"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

// === impl FeatureConflict ===

impl FeatureConflict {
    /// Where the added feature was written.
    pub fn line(&self) -> Line {
        match self {
            Self::Different { line, .. }
            | Self::Disjoint { line, .. }
            | Self::NumberInContains { line, .. }
            | Self::Mixed { line, .. } => *line,
        }
    }
}

/// The message, without the line.
impl fmt::Display for FeatureConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Different { added, present, .. } => {
                write!(
                    f,
                    "Conflict adding `{added}` because `{present}` is already set and conflict is error"
                )
            }
            Self::Disjoint { lower, upper, .. } => {
                let ends = [lower, upper].map(|end| end.as_deref().unwrap_or("None"));
                write!(
                    f,
                    "Disjoint intervals!. Involved features: {}",
                    crate::quote::list(ends)
                )
            }
            Self::NumberInContains { names, .. } => {
                let names = crate::quote::list(names.iter().map(String::as_str));
                write!(
                    f,
                    "'str' object has no attribute 'getValue'. Involved features: {names}"
                )
            }
            Self::Mixed { name, .. } => {
                write!(
                    f,
                    "The feature '{name}' is given as a number, as a text and with contains; expected one kind"
                )
            }
        }
    }
}

impl std::error::Error for FeatureConflict {}
